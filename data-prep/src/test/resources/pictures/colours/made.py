"""Makes the pictures of this folder, what each should be (truths/, PNG of 8 bits over white), and index.csv, which says
what is held to what, and by how much of 255 a value may differ. Without a truth a file is to be refused.

python3 -m venv venv && venv/bin/pip install pillow==12.3.0 numpy tifffile==2026.3.3 imagecodecs==2026.3.6
venv/bin/python made.py   # in an empty folder; cjpeg and jpegtran are libjpeg-turbo's, cwebp libwebp's

The pixels are those of `plain()`: what is stored without loss has to come out as them, by numpy alone. What is lossy is
held to what Pillow (libjpeg-turbo) and dwebp decode, the latter without smoothing chroma (-nofancy -nodither), and profiles to
LittleCMS as Pillow calls it.
"""
import io, os, struct, subprocess, zlib
import numpy as np, tifffile, imagecodecs
from PIL import Image, ImageCms

W, H = 40, 24
def plain():
    y, x = np.mgrid[0:H, 0:W]
    rgb = np.stack([x * 255 // (W - 1), y * 255 // (H - 1), (x + y) * 255 // (W + H - 2)], -1)
    rgb[:8, :8], rgb[:8, 8:16], rgb[:8, 16:24] = (230, 20, 20), (20, 200, 20), (20, 20, 230)
    rgb[16:, :8], rgb[16:, 8:16], rgb[16:, 16:24] = (255, 255, 255), (0, 0, 0), (128, 128, 128)
    return rgb.astype(np.uint8)
RGB = plain()
GREY = RGB[..., 1].copy()
ALPHA = np.broadcast_to((np.arange(W) * 255 // (W - 1)).astype(np.uint8), (H, W)).copy()
WIDE = (RGB.astype(np.uint16) << 8) | RGB[..., ::-1]          # 16 bits whose low bytes are not the high ones
G16 = (GREY.astype(np.uint16) << 8) | 0x5A
def down(a): return ((a.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
def over(rgb, alpha): 
    a = alpha[..., None].astype(float) / 255
    return np.rint(rgb * a + 255 * (1 - a)).astype(np.uint8)
def three(g): return np.repeat(g[..., None], 3, -1)
def cmyk_rgb(c):
    c = c.astype(float); return np.rint((255 - c[..., :3]) * (255 - c[..., 3:]) / 255).astype(np.uint8)
def inks(rgb):
    k = 255 - rgb.max(-1).astype(int); k //= 2
    c = np.rint(255 - rgb * 255.0 / (255 - k)[..., None]).clip(0, 255)
    return np.concatenate([c, k[..., None]], -1).astype(np.uint8)
CMYK = inks(RGB)

INDEX, TRUTHS = {}, {}
def put(name, content, truth=None, tolerance=2):
    open(name, "wb").write(content); INDEX[name] = ("", 0)
    if truth is not None:
        truth = np.ascontiguousarray(truth); key = (truth.shape, truth.tobytes())
        if key not in TRUTHS:
            TRUTHS[key] = "truths/" + name.replace(".", "-") + ".png"; os.makedirs("truths", exist_ok=True)
            Image.fromarray(truth, "RGB").save(TRUTHS[key], optimize=True)
        INDEX[name] = (TRUTHS[key], tolerance)
def tif(name, data, truth, **how):
    out = io.BytesIO(); how.setdefault("metadata", None)
    tifffile.imwrite(out, data, **how); put(name, out.getvalue(), truth)
def pil(image, form, **how):
    out = io.BytesIO(); image.save(out, form, **how); return out.getvalue()
def read(content): return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))

# ---- profiles: Display P3 and Adobe RGB of matrices and curves, a CMYK one of a table of two points a side
def s15(*v): return b"".join(struct.pack(">i", round(x * 65536)) for x in v)
def icc(tags, space=b"RGB ", pcs=b"XYZ ", kind=b"mntr"):
    body, table, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data)); body += data
    size = at + len(body)
    head = struct.pack(">I", size) + b"\0" * 4 + b"\x02\x40\0\0" + kind + space + pcs + b"\x07\xe8\0\1\0\1" + b"\0" * 6 + b"acsp"
    head = head.ljust(68, b"\0") + s15(0.9642, 1, 0.8249); return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
def text(t): return b"text\0\0\0\0" + t + b"\0"
def desc(t): return b"desc\0\0\0\0" + struct.pack(">I", len(t) + 1) + t + b"\0" + b"\0" * 78
def xyz(*v): return b"XYZ \0\0\0\0" + s15(*v)
def gamma(g): return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(g * 256)) + b"\0\0"
SRGB_CURVE = b"curv\0\0\0\0" + struct.pack(">I", 256) + b"".join(struct.pack(">H", round(65535 * ((v / 255) / 12.92 if v / 255 <= 0.04045 else ((v / 255 + 0.055) / 1.055) ** 2.4))) for v in range(256))
def matrix(name, r, g, b, curve): return icc([(b"desc", desc(name)), (b"cprt", text(b"none")), (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"rXYZ", xyz(*r)), (b"gXYZ", xyz(*g)), (b"bXYZ", xyz(*b)), (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)])
P3 = matrix(b"P3", (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407), gamma(2.2))
ADOBE = matrix(b"Adobe", (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457), gamma(2.19921875))
GREY18 = icc([(b"desc", desc(b"grey 1.8")), (b"cprt", text(b"none")), (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"kTRC", gamma(1.8))], b"GRAY")
def press():
    lab = b""
    for c in (0, 1):
        for m in (0, 1):
            for y in (0, 1):
                for k in (0, 1):
                    L = 96 - 40 * c * 1 - 45 * m - 8 * y; L = max(L, 20) * (0.15 if k else 1)
                    a = (-35 * c + 70 * m - 4 * y) * (0 if k else 1); b = (-48 * c - 2 * m + 90 * y) * (0 if k else 1)
                    lab += struct.pack(">HHH", round(L / 100 * 65280), round((a + 128) * 256), round((b + 128) * 256))
    line = struct.pack(">HH", 0, 65535)
    lut = b"mft2\0\0\0\0" + bytes([4, 3, 2, 0]) + s15(1, 0, 0, 0, 1, 0, 0, 0, 1) + struct.pack(">HH", 2, 2) + line * 4 + lab + line * 3
    return icc([(b"desc", desc(b"press")), (b"cprt", text(b"none")), (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"A2B0", lut)], b"CMYK", b"Lab ", b"prtr")
PRESS = press()
def by(profile, image, mode="RGB"):
    return np.asarray(ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), renderingIntent=0, outputMode="RGB"))

# ---- TIFF
tif("rgb.tif", RGB, RGB, photometric="rgb")
tif("big-endian.tif", RGB, RGB, photometric="rgb", byteorder=">")
tif("tiled.tif", RGB, RGB, photometric="rgb", tile=(16, 16), compression="zlib")
tif("planar.tif", np.moveaxis(RGB, -1, 0), RGB, photometric="rgb", planarconfig="separate", rowsperstrip=5)
tif("planar-tiled.tif", np.moveaxis(RGB, -1, 0), RGB, photometric="rgb", planarconfig="separate", tile=(16, 16))
for name in ("lzw", "zlib", "packbits"):
    tif(name + ".tif", RGB, RGB, photometric="rgb", compression=name, predictor=name != "packbits", rowsperstrip=7)
tif("lzw-big-endian16.tif", WIDE, down(WIDE), photometric="rgb", compression="lzw", predictor=True, byteorder=">")
tif("rgb16.tif", WIDE, down(WIDE), photometric="rgb")
tif("rgb16-planar.tif", np.moveaxis(WIDE, -1, 0), down(WIDE), photometric="rgb", planarconfig="separate")
tif("grey8.tif", GREY, three(GREY), photometric="minisblack")
tif("grey8-white-is-zero.tif", 255 - GREY, three(GREY), photometric="miniswhite")
tif("grey16.tif", G16, three(down(G16)), photometric="minisblack")
tif("grey16-white-is-zero.tif", 65535 - G16, three(down(G16)), photometric="miniswhite")
tif("grey16-big-endian.tif", G16, three(down(G16)), photometric="minisblack", byteorder=">")
BITS = GREY > 127
tif("bilevel.tif", BITS, three(BITS * np.uint8(255)), photometric="minisblack")
tif("bilevel-white-is-zero.tif", ~BITS, three(BITS * np.uint8(255)), photometric="miniswhite")
put("fax4.tif", pil(Image.fromarray(GREY).convert("1", dither=0), "TIFF", compression="group4"), three(np.where(GREY > 127, 255, 0).astype(np.uint8)))
put("fax3.tif", pil(Image.fromarray(GREY).convert("1", dither=0), "TIFF", compression="group3"), three(np.where(GREY > 127, 255, 0).astype(np.uint8)))
def ifd(entries, data, order="<"):
    """A TIFF of one strip by hand, for what writers do not write."""
    e = order; entries = sorted(entries + [(256, 3, [W]), (257, 3, [H]), (259, 3, [1]), (273, 4, [8]), (278, 3, [H]), (279, 4, [len(data)])])
    at = 8 + len(data) + len(data) % 2; out = struct.pack(e + "H", len(entries)); more = at + 2 + 12 * len(entries) + 4; extra = b""
    for tag, kind, values in entries:
        packed = b"".join(struct.pack(e + {1: "B", 3: "H", 4: "I", 5: "II", 7: "B"}[kind], *(v if kind == 5 else (v,))) for v in values)
        if len(packed) > 4:
            out += struct.pack(e + "HHII", tag, kind, len(values), more + len(extra)); extra += packed + b"\0" * (len(packed) % 2)
        else: out += struct.pack(e + "HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    return (b"II*\0" if e == "<" else b"MM\0*") + struct.pack(e + "I", at) + data + b"\0" * (len(data) % 2) + out + b"\0\0\0\0" + extra
def bits(values, depth):
    rows = []
    for row in values:
        b = "".join(format(int(v), "0%db" % depth) for v in row); b += "0" * (-len(b) % 8); rows.append(int(b, 2).to_bytes(len(b) // 8, "big"))
    return b"".join(rows)
G4 = GREY >> 4; G2 = GREY >> 6
put("grey4.tif", ifd([(262, 3, [1]), (258, 3, [4]), (277, 3, [1])], bits(G4, 4)), three(G4 * np.uint8(17)))
put("grey4-white-is-zero.tif", ifd([(262, 3, [0]), (258, 3, [4]), (277, 3, [1])], bits(15 - G4, 4)), three(G4 * np.uint8(17)))
put("grey2.tif", ifd([(262, 3, [1]), (258, 3, [2]), (277, 3, [1])], bits(G2, 2)), three(G2 * np.uint8(85)))
put("no-photometric.tif", ifd([(258, 3, [8] * 3), (277, 3, [3])], RGB.tobytes()))
PAL = Image.fromarray(RGB).quantize(64, dither=0)
put("palette.tif", pil(PAL, "TIFF"), np.asarray(PAL.convert("RGB")))
PAL4 = Image.fromarray(RGB).quantize(16, dither=0); p4 = np.array(PAL4.getpalette()[:48], np.uint32).reshape(16, 3)
put("palette4.tif", ifd([(262, 3, [3]), (258, 3, [4]), (277, 3, [1]), (320, 3, list((p4 * 257).T.ravel()))], bits(np.asarray(PAL4), 4)), np.asarray(PAL4.convert("RGB")))
RGBA = np.dstack([RGB, ALPHA]); PRE = np.dstack([np.rint(RGB * (ALPHA[..., None] / 255.0)).astype(np.uint8), ALPHA])
tif("alpha-unassociated.tif", RGBA, over(RGB, ALPHA), photometric="rgb", extrasamples=["unassalpha"])
tif("alpha-associated.tif", PRE, (PRE[..., :3].astype(int) + 255 - ALPHA[..., None]).clip(0, 255).astype(np.uint8), photometric="rgb", extrasamples=["assocalpha"])
A16 = ALPHA.astype(np.uint16) * 257
tif("alpha16.tif", np.dstack([WIDE, A16]), over(WIDE / 257.0, ALPHA), photometric="rgb", extrasamples=["unassalpha"])
PRE16 = np.dstack([np.rint(WIDE * (A16[..., None] / 65535.0)).astype(np.uint16), A16])
tif("alpha16-associated.tif", PRE16, over(WIDE / 257.0, ALPHA), photometric="rgb", extrasamples=["assocalpha"])
tif("alpha-planar.tif", np.moveaxis(RGBA, -1, 0), over(RGB, ALPHA), photometric="rgb", planarconfig="separate", extrasamples=["unassalpha"])
tif("extra-sample.tif", RGBA, RGB, photometric="rgb", extrasamples=["unspecified"])
tif("extra-sample16.tif", np.dstack([WIDE, A16]), down(WIDE), photometric="rgb", extrasamples=["unspecified"])
GA = np.dstack([GREY, ALPHA])
tif("grey-alpha.tif", GA, over(three(GREY), ALPHA), photometric="minisblack", extrasamples=["unassalpha"], planarconfig="contig")
put("grey-alpha-white-is-zero.tif", ifd([(262, 3, [0]), (258, 3, [8] * 2), (277, 3, [2]), (338, 3, [2])], np.dstack([255 - GREY, ALPHA]).tobytes()))
GAP = np.dstack([np.rint(GREY * (ALPHA / 255.0)).astype(np.uint8), ALPHA])
tif("grey-alpha-associated.tif", GAP, three((GAP[..., 0].astype(int) + 255 - ALPHA).clip(0, 255).astype(np.uint8)), photometric="minisblack", extrasamples=["assocalpha"], planarconfig="contig")
tif("grey-extra.tif", GA, three(GREY), photometric="minisblack", extrasamples=["unspecified"], planarconfig="contig")
put("cmyk.tif", pil(Image.fromarray(CMYK, "CMYK"), "TIFF"), cmyk_rgb(CMYK))
tif("cmyk-lzw-big-endian.tif", CMYK, cmyk_rgb(CMYK), photometric="separated", compression="lzw", byteorder=">")
tif("cmyk-planar.tif", np.moveaxis(CMYK, -1, 0), cmyk_rgb(CMYK), photometric="separated", planarconfig="separate")
tif("cmyk16.tif", CMYK.astype(np.uint16) * 257, cmyk_rgb(CMYK), photometric="separated")
tif("cmyk-alpha.tif", np.dstack([CMYK, ALPHA]), over(cmyk_rgb(CMYK), ALPHA), photometric="separated", extrasamples=["unassalpha"])
put("cmyk-profile.tif", pil(Image.fromarray(CMYK, "CMYK"), "TIFF", icc_profile=PRESS), by(PRESS, Image.fromarray(CMYK, "CMYK")), 12)
put("alpha-unsaid.tif", ifd([(262, 3, [2]), (258, 3, [8] * 4), (277, 3, [4])], RGBA.tobytes()), over(RGB, ALPHA))
put("two-extra.tif", ifd([(262, 3, [2]), (258, 3, [8] * 5), (277, 3, [5]), (338, 3, [2, 0])], np.dstack([RGBA, GREY]).tobytes()), over(RGB, ALPHA))
put("fill-order.tif", ifd([(262, 3, [1]), (258, 3, [1]), (277, 3, [1]), (266, 3, [2])], bytes(int(format(b, "08b")[::-1], 2) for b in bits(BITS, 1))), three(BITS * np.uint8(255)))
put("palette1.tif", ifd([(262, 3, [3]), (258, 3, [1]), (277, 3, [1]), (320, 3, [200 * 257, 10 * 257, 30 * 257, 220 * 257, 40 * 257, 230 * 257])], bits(BITS, 1)), np.array([[200, 30, 40], [10, 220, 230]], np.uint8)[BITS.astype(int)])
tif("jpeg-planar.tif", np.moveaxis(RGB, -1, 0), None, photometric="rgb", planarconfig="separate", compression="jpeg", compressionargs={"level": 95})
put("five-inks.tif", ifd([(262, 3, [5]), (258, 3, [8] * 5), (277, 3, [5]), (332, 3, [2]), (334, 3, [5])], np.dstack([CMYK, ALPHA]).tobytes()))
put("rgb-p3.tif", pil(Image.fromarray(RGB), "TIFF", icc_profile=P3), by(P3, Image.fromarray(RGB)))
tif("rgb16-adobe.tif", WIDE, by(ADOBE, Image.fromarray(down(WIDE))), photometric="rgb", iccprofile=ADOBE)
def ycc(rgb):
    r, g, b = (rgb[..., i].astype(float) for i in range(3)); y = .299 * r + .587 * g + .114 * b
    return np.rint(np.stack([y, (b - y) / 1.772 + 128, (r - y) / 1.402 + 128], -1)).clip(0, 255).astype(np.uint8)
YCC = ycc(RGB)
def rgb_of(ycc):
    y, cb, cr = (ycc[..., i].astype(float) for i in range(3)); cb = cb - 128; cr = cr - 128
    return np.rint(np.stack([y + 1.402 * cr, y - .344136 * cb - .714136 * cr, y + 1.772 * cb], -1)).clip(0, 255).astype(np.uint8)
BW = [(0, 1), (255, 1), (128, 1), (255, 1), (128, 1), (255, 1)]
put("ycbcr.tif", ifd([(262, 3, [6]), (258, 3, [8] * 3), (277, 3, [3]), (530, 3, [1, 1]), (532, 5, BW)], YCC.tobytes()), rgb_of(YCC))
put("ycbcr-big-endian.tif", ifd([(262, 3, [6]), (258, 3, [8] * 3), (277, 3, [3]), (530, 3, [1, 1]), (532, 5, BW)], YCC.tobytes(), ">"), rgb_of(YCC))
# chroma of 2 × 2: units of four luminances and one pair, each constant here so that the truth does not hang on interpolation
half = ycc(RGB)[::2, ::2].repeat(2, 0).repeat(2, 1); lum = YCC[..., 0]
units = b"".join(bytes([lum[y, x], lum[y, x + 1], lum[y + 1, x], lum[y + 1, x + 1], half[y, x, 1], half[y, x, 2]]) for y in range(0, H, 2) for x in range(0, W, 2))
put("ycbcr-2x2.tif", ifd([(262, 3, [6]), (258, 3, [8] * 3), (277, 3, [3]), (530, 3, [2, 2]), (532, 5, BW)], units), rgb_of(np.dstack([lum, half[..., 1:]])))
# video range and the coefficients of Rec. 709
r, g, b = (RGB[..., i].astype(float) for i in range(3)); y7 = .2126 * r + .7152 * g + .0722 * b
V = np.rint(np.stack([16 + y7 * 219 / 255, 128 + (b - y7) / 1.8556 * 224 / 255, 128 + (r - y7) / 1.5748 * 224 / 255], -1)).clip(0, 255).astype(np.uint8)
put("ycbcr-video709.tif", ifd([(262, 3, [6]), (258, 3, [8] * 3), (277, 3, [3]), (529, 5, [(2126, 10000), (7152, 10000), (722, 10000)]), (530, 3, [1, 1]), (532, 5, [(16, 1), (235, 1), (128, 1), (240, 1), (128, 1), (240, 1)])], V.tobytes()), RGB)
# L*a*b*: a and b signed in CIELab, and of a bias of 128 in ICCLab
LAB = np.asarray(ImageCms.profileToProfile(Image.fromarray(RGB), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"))
signed = LAB.copy(); signed[..., 1:] ^= 0x80
put("lab.tif", ifd([(262, 3, [8]), (258, 3, [8] * 3), (277, 3, [3])], signed.tobytes()))
put("icclab.tif", ifd([(262, 3, [9]), (258, 3, [8] * 3), (277, 3, [3])], LAB.tobytes()))
put("lab16.tif", ifd([(262, 3, [8]), (258, 3, [16] * 3), (277, 3, [3])], np.stack([LAB[..., 0].astype(np.uint16) * 257, (LAB[..., 1].astype(int) - 128 << 8).astype(np.uint16), (LAB[..., 2].astype(int) - 128 << 8).astype(np.uint16)], -1).astype("<u2").tobytes()))
tif("jpeg-ycbcr.tif", RGB, None, photometric="rgb", compression="jpeg", compressionargs={"level": 95}, rowsperstrip=16)
tif("jpeg-rgb.tif", RGB, None, photometric="rgb", compression="jpeg", compressionargs={"level": 95, "outcolorspace": "rgb"})
tif("jpeg-grey.tif", GREY, None, photometric="minisblack", compression="jpeg", compressionargs={"level": 95})
put("jpeg-tables.tif", pil(Image.fromarray(RGB), "TIFF", compression="jpeg", quality=95))
for n in ("jpeg-ycbcr", "jpeg-rgb", "jpeg-grey", "jpeg-tables"):
    put(n + ".tif", open(n + ".tif", "rb").read(), read(open(n + ".tif", "rb").read()))
tif("jpeg-tiled.tif", RGB, None, photometric="rgb", compression="jpeg", compressionargs={"level": 95}, tile=(16, 16)); put("jpeg-tiled.tif", open("jpeg-tiled.tif", "rb").read(), read(open("jpeg-tiled.tif", "rb").read()))
put("jpeg-cmyk.tif", pil(Image.fromarray(CMYK, "CMYK"), "TIFF", compression="jpeg", quality=95)); put("jpeg-cmyk.tif", open("jpeg-cmyk.tif", "rb").read(), cmyk_rgb(np.asarray(Image.open("jpeg-cmyk.tif"))))
out = io.BytesIO()
with tifffile.TiffWriter(out) as w:
    w.write(RGB, photometric="rgb", metadata=None); w.write(255 - RGB, photometric="rgb", metadata=None)
put("pages.tif", out.getvalue(), RGB)
for n, turned in ((3, RGB[::-1, ::-1]), (6, np.rot90(RGB)), (8, np.rot90(RGB, -1))):
    tif("orientation%d.tif" % n, turned, RGB, photometric="rgb", extratags=[(274, 3, 1, n, True)])
tif("big.tif", RGB, RGB, photometric="rgb", bigtiff=True)
for name, data in (("float32", GREY / np.float32(255)), ("float16", (GREY / 255).astype(np.float16)), ("float64", GREY / 255.0), ("int16", G16.astype(np.int16)), ("uint32", G16.astype(np.uint32) << 16)):
    tif(name + ".tif", data, None, photometric="minisblack")
tif("float32-rgb.tif", (RGB / 255).astype(np.float32), None, photometric="rgb")
put("rgb12.tif", ifd([(262, 3, [2]), (258, 3, [12] * 3), (277, 3, [3])], bits((WIDE >> 4).reshape(H, -1), 12)))
put("rgb4.tif", ifd([(262, 3, [2]), (258, 3, [4] * 3), (277, 3, [3])], bits((RGB >> 4).reshape(H, -1), 4)))
put("rgb565.tif", ifd([(262, 3, [2]), (258, 3, [5, 6, 5]), (277, 3, [3])], np.zeros((H, W), "<u2").tobytes()))
tif("zstd.tif", RGB, None, photometric="rgb", compression="zstd")
tif("webp.tif", RGB, None, photometric="rgb", compression="webp")
put("logluv.tif", ifd([(262, 3, [32845]), (258, 3, [16] * 3), (277, 3, [3])], WIDE.tobytes()))
put("mask.tif", ifd([(262, 3, [4]), (258, 3, [1]), (277, 3, [1])], bits(BITS, 1)))

# ---- PNG
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
def png(depth, kind, rows, *more, interlace=0):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, depth, kind, 0, 0, interlace)) + b"".join(more) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
def rows(a): return b"".join(b"\0" + r.tobytes() for r in a)
def packed(a, d): return b"".join(b"\0" + bits(r[None], d) for r in a)
def adam7(a):
    out = b""
    for y0, x0, dy, dx in ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)): out += rows(a[y0::dy, x0::dx])
    return out
put("rgb.png", png(8, 2, rows(RGB)), RGB)
put("rgba.png", png(8, 6, rows(RGBA)), over(RGB, ALPHA))
put("rgb16.png", png(16, 2, rows(WIDE.astype(">u2"))), down(WIDE))
put("rgba16.png", png(16, 6, rows(np.dstack([WIDE, A16]).astype(">u2"))), over(WIDE / 257.0, ALPHA))
put("interlaced.png", png(8, 2, adam7(RGB), interlace=1), RGB)
put("interlaced16.png", png(16, 6, adam7(np.dstack([WIDE, A16]).astype(">u2")), interlace=1), over(WIDE / 257.0, ALPHA))
for d in (1, 2, 4): put("grey%d.png" % d, png(d, 0, packed(GREY >> (8 - d), d)), three((GREY >> (8 - d)) * np.uint8(255 // (2 ** d - 1))))
put("grey8.png", png(8, 0, rows(GREY)), three(GREY)); put("grey16.png", png(16, 0, rows(G16.astype(">u2"))), three(down(G16)))
put("grey-alpha.png", png(8, 4, rows(GA)), over(three(GREY), ALPHA))
put("grey-alpha16.png", png(16, 4, rows(np.dstack([G16, A16]).astype(">u2"))), over(three(G16) / 257.0, ALPHA))
key = (RGB == (20, 20, 230)).all(-1)
put("rgb-key.png", png(8, 2, rows(RGB), chunk(b"tRNS", struct.pack(">HHH", 20, 20, 230))), np.where(key[..., None], 255, RGB).astype(np.uint8))
kg = GREY == 20
put("grey-key.png", png(8, 0, rows(GREY), chunk(b"tRNS", struct.pack(">H", 20))), np.where(kg[..., None], 255, three(GREY)).astype(np.uint8))
k16 = G16 == G16[0, 0]
put("grey16-key.png", png(16, 0, rows(G16.astype(">u2")), chunk(b"tRNS", struct.pack(">H", int(G16[0, 0])))), np.where(k16[..., None], 255, three(down(G16))).astype(np.uint8))
kw = (WIDE == WIDE[0, 0]).all(-1)
put("rgb16-key.png", png(16, 2, rows(WIDE.astype(">u2")), chunk(b"tRNS", struct.pack(">HHH", *map(int, WIDE[0, 0])))), np.where(kw[..., None], 255, down(WIDE)).astype(np.uint8))
k2 = (GREY >> 6) == 1
put("grey2-key.png", png(2, 0, packed(G2, 2), chunk(b"tRNS", struct.pack(">H", 1))), np.where(k2[..., None], 255, three(G2 * np.uint8(85))).astype(np.uint8))
p = np.asarray(PAL); table = np.array(PAL.getpalette()[:192], np.uint8).reshape(64, 3); ta = (np.arange(64) * 4).astype(np.uint8)
put("palette.png", png(8, 3, rows(p), chunk(b"PLTE", table.tobytes())), table[p])
put("palette-alpha.png", png(8, 3, rows(p), chunk(b"PLTE", table.tobytes()), chunk(b"tRNS", ta.tobytes())), over(table[p], ta[p]))
q = np.asarray(PAL4); t4 = p4.astype(np.uint8)
put("palette4-alpha.png", png(4, 3, packed(q, 4), chunk(b"PLTE", t4.tobytes()), chunk(b"tRNS", bytes([0, 128]))), over(t4[q], np.array([0, 128] + [255] * 14, np.uint8)[q]))
q1 = BITS.astype(np.uint8)
put("palette1.png", png(1, 3, packed(q1, 1), chunk(b"PLTE", bytes([200, 30, 40, 10, 220, 230]))), np.array([[200, 30, 40], [10, 220, 230]], np.uint8)[q1])
put("gamma-srgb.png", png(8, 2, rows(RGB), chunk(b"gAMA", struct.pack(">I", 45455))), RGB)
def lit(a, g): return np.rint(255 * (a / 255.0) ** (1 / (2.2 * g))).astype(np.uint8)
put("gamma1.png", png(8, 2, rows(RGB), chunk(b"gAMA", struct.pack(">I", 100000))), lit(RGB, 1))
put("gamma-mac.png", png(8, 0, rows(GREY), chunk(b"gAMA", struct.pack(">I", 55556))), three(lit(GREY, .55556)))
put("gamma-alpha.png", png(8, 6, rows(RGBA), chunk(b"gAMA", struct.pack(">I", 55556))), over(lit(RGB, .55556), ALPHA))
put("gamma-palette.png", png(8, 3, rows(p), chunk(b"gAMA", struct.pack(">I", 100000)), chunk(b"PLTE", table.tobytes())), lit(table, 1)[p])
put("gamma-but-srgb.png", png(8, 2, rows(RGB), chunk(b"gAMA", struct.pack(">I", 100000)), chunk(b"sRGB", b"\0")), RGB)
def iccp(profile): return chunk(b"iCCP", b"p\0\0" + zlib.compress(profile))
put("p3.png", png(8, 2, rows(RGB), iccp(P3)), by(P3, Image.fromarray(RGB)))
put("p3-alpha.png", png(8, 6, rows(RGBA), iccp(P3)), over(by(P3, Image.fromarray(RGB)), ALPHA))
put("p3-palette.png", png(8, 3, rows(p), iccp(P3), chunk(b"PLTE", table.tobytes())), by(P3, Image.fromarray(table[p])))
put("adobe16.png", png(16, 2, rows(WIDE.astype(">u2")), iccp(ADOBE)), by(ADOBE, Image.fromarray(down(WIDE))))
put("grey-profile.png", png(8, 0, rows(GREY), iccp(GREY18)), np.asarray(ImageCms.profileToProfile(Image.fromarray(GREY), ImageCms.ImageCmsProfile(io.BytesIO(GREY18)), ImageCms.createProfile("sRGB"), outputMode="RGB")))
put("broken-profile.png", png(8, 2, rows(RGB), iccp(P3[:200])), RGB)
put("cicp-pq.png", png(8, 2, rows(RGB), chunk(b"cICP", bytes([9, 16, 0, 1]))))
put("cicp-srgb.png", png(8, 2, rows(RGB), chunk(b"cICP", bytes([1, 13, 0, 1]))), RGB)

# ---- JPEG
def jpg(name, content, truth=None): put(name, content, read(content) if truth is None else truth)
im = Image.fromarray(RGB)
jpg("plain.jpg", pil(im, "JPEG", quality=95, subsampling=0)); jpg("420.jpg", pil(im, "JPEG", quality=95, subsampling=2)); jpg("422.jpg", pil(im, "JPEG", quality=95, subsampling=1))
jpg("progressive.jpg", pil(im, "JPEG", quality=95, progressive=True)); jpg("grey.jpg", pil(Image.fromarray(GREY), "JPEG", quality=95))
jpg("rgb-adobe0.jpg", pil(im, "JPEG", quality=95, keep_rgb=True))
ppm = b"P6 %d %d 255\n" % (W, H) + RGB.tobytes(); pgm = b"P5 %d %d 255\n" % (W, H) + GREY.tobytes()
def cjpeg(*how, data=ppm): return subprocess.run(["cjpeg", *how], input=data, stdout=subprocess.PIPE, check=True).stdout
jpg("411.jpg", cjpeg("-quality", "95", "-sample", "4x1")); jpg("440.jpg", cjpeg("-quality", "95", "-sample", "1x2")); jpg("4x2.jpg", cjpeg("-quality", "95", "-sample", "4x2"))
jpg("restart.jpg", cjpeg("-quality", "95", "-restart", "1")); jpg("odd-420.jpg", pil(im.crop((0, 0, 37, 23)), "JPEG", quality=95, subsampling=2))
jpg("3x1.jpg", cjpeg("-quality", "95", "-sample", "3x1")); jpg("luma-less.jpg", cjpeg("-quality", "95", "-sample", "1x1,2x2,2x2"))
jpg("arithmetic.jpg", cjpeg("-quality", "95", "-arithmetic"))
def without(content, marker):
    out, at = content[:2], 2
    while content[at + 1] != 0xDA:
        size = 2 + int.from_bytes(content[at + 2:at + 4], "big")
        if content[at + 1] != marker: out += content[at:at + size]
        at += size
    return out + content[at:]
# the ids of its components, R G B, are all that tells
jpg("rgb-ids.jpg", without(without(pil(im, "JPEG", quality=95, keep_rgb=True), 0xEE), 0xE0))
jpg("no-jfif.jpg", without(pil(im, "JPEG", quality=95, subsampling=0), 0xE0))
def inked(content): return cmyk_rgb(np.asarray(Image.open(io.BytesIO(content))))
# CMYK: Adobe's marker, whose inks are inverted, and none at all, which Pillow and browsers invert just so
c = pil(Image.fromarray(CMYK, "CMYK"), "JPEG", quality=95); jpg("cmyk-adobe.jpg", c, inked(c)); n = without(c, 0xEE); jpg("cmyk-bare.jpg", n, inked(n))
y4 = imagecodecs.jpeg8_encode(255 - CMYK, level=95, colorspace="CMYK", outcolorspace="YCCK"); jpg("ycck.jpg", y4, inked(y4))
y4 = imagecodecs.jpeg8_encode(255 - CMYK, level=95, colorspace="CMYK", outcolorspace="YCCK", subsampling="420"); jpg("ycck-420.jpg", y4, inked(y4))
c = pil(Image.fromarray(CMYK, "CMYK"), "JPEG", quality=95, icc_profile=PRESS); put("cmyk-profile.jpg", c, by(PRESS, Image.open(io.BytesIO(c))), 12)
for name, profile in (("p3", P3), ("adobe", ADOBE)):
    c = pil(im, "JPEG", quality=95, subsampling=0, icc_profile=profile); jpg(name + ".jpg", c, by(profile, Image.open(io.BytesIO(c))))
c = pil(Image.fromarray(GREY), "JPEG", quality=95, icc_profile=GREY18); jpg("grey-profile.jpg", c, np.asarray(ImageCms.profileToProfile(Image.open(io.BytesIO(c)), ImageCms.ImageCmsProfile(io.BytesIO(GREY18)), ImageCms.createProfile("sRGB"), outputMode="RGB")))
srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(); c = pil(im, "JPEG", quality=95, subsampling=0, icc_profile=srgb); jpg("srgb-profile.jpg", c)
c = pil(im, "JPEG", quality=95, subsampling=0, icc_profile=P3[:150]); jpg("broken-profile.jpg", c)
put("twelve-bit.jpg", imagecodecs.jpeg8_encode(WIDE >> 4, level=95, bitspersample=12)); put("lossless.jpg", imagecodecs.ljpeg_encode(GREY))
ids = bytearray(without(pil(Image.fromarray(CMYK, "CMYK"), "JPEG", quality=95), 0xEE))
for mark, step, first in ((b"\xff\xc0", 3, 10), (b"\xff\xda", 2, 5)):
    at = ids.index(mark)
    for i in range(4): ids[at + first + step * i] = i + 1
put("four-components.jpg", bytes(ids))

# ---- GIF, BMP, WebP
put("plain.gif", pil(PAL, "GIF"), np.asarray(PAL.convert("RGB"))); put("interlaced.gif", pil(PAL, "GIF", interlace=1), np.asarray(PAL.convert("RGB")))
clear = pil(PAL, "GIF", transparency=int(p[0, 0]), optimize=False); put("transparent.gif", clear, np.where((p == p[0, 0])[..., None], 255, np.asarray(PAL.convert("RGB"))).astype(np.uint8))
def bmp(depth, data, *, table=b"", compression=0, masks=b"", head=40, top_down=False):
    info = struct.pack("<IiiHHIIiiII", head, W, -H if top_down else H, 1, depth, compression, len(data), 2835, 2835, len(table) // 4, 0)
    info += masks if head == 40 else (masks.ljust(16, b"\0") + b"BGRs".ljust(head - 56, b"\0"))
    at = 14 + len(info) + len(table); return b"BM" + struct.pack("<IHHI", at + len(data), 0, 0, at) + info + table + data
def lines(a, pad=4): return b"".join(r.tobytes() + b"\0" * (-len(r.tobytes()) % pad) for r in a[::-1])
def blines(a, d): return b"".join(b + b"\0" * (-len(b) % 4) for b in (bits(r[None], d) for r in a[::-1]))
BGR = np.ascontiguousarray(RGB[..., ::-1]); quad = b"".join(bytes([t[2], t[1], t[0], 0]) for t in table); quad4 = b"".join(bytes([t[2], t[1], t[0], 0]) for t in t4)
put("rgb24.bmp", bmp(24, lines(BGR)), RGB); put("top-down.bmp", bmp(24, lines(BGR[::-1]), top_down=True), RGB)
put("rgb32.bmp", bmp(32, lines(np.dstack([BGR, np.zeros((H, W), np.uint8)]))), RGB)
put("palette8.bmp", bmp(8, lines(p), table=quad), table[p]); put("palette4.bmp", bmp(4, blines(q, 4), table=quad4), t4[q])
put("palette1.bmp", bmp(1, blines(q1, 1), table=bytes([40, 30, 200, 0, 230, 220, 10, 0])), np.array([[200, 30, 40], [10, 220, 230]], np.uint8)[q1])
v5 = (RGB[..., 0] >> 3).astype("<u2") << 10 | (RGB[..., 1] >> 3).astype("<u2") << 5 | RGB[..., 2] >> 3
def five(v): return np.rint((v >> 3) * 255.0 / 31).astype(np.uint8)
put("rgb555.bmp", bmp(16, lines(v5.astype("<u2"))), five(RGB))
v6 = (RGB[..., 0] >> 3).astype("<u2") << 11 | (RGB[..., 1] >> 2).astype("<u2") << 5 | RGB[..., 2] >> 3
put("rgb565.bmp", bmp(16, lines(v6.astype("<u2")), compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)), np.dstack([five(RGB[..., 0]), np.rint((RGB[..., 1] >> 2) * 255.0 / 63).astype(np.uint8), five(RGB[..., 2])]))
put("rgba-v4.bmp", bmp(32, lines(np.dstack([BGR, ALPHA])), compression=3, head=108, masks=struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)), over(RGB, ALPHA))
put("rgbx-masks.bmp", bmp(32, lines(np.dstack([RGB, ALPHA])), compression=3, masks=struct.pack("<III", 0xFF, 0xFF00, 0xFF0000)), RGB)
def rle8(a):
    out = b""
    for r in a[::-1]:
        x = 0
        while x < W:
            n = 1
            while x + n < W and r[x + n] == r[x] and n < 255: n += 1
            if n == 1 and x + 4 <= W: out += bytes([0, 3, *r[x:x + 3], 0]); x += 3
            else: out += bytes([n, r[x]]); x += n
        out += b"\0\0"
    return out + b"\0\1"
put("rle8.bmp", bmp(8, rle8(p), table=quad, compression=1), table[p])
def rle4(a):
    out = b""
    for r in a[::-1]:
        x = 0
        while x < W:
            n = 1
            while x + n < W and r[x + n] == r[x + (n & 1 if False else 0)] and n < 255: n += 1
            if n == 1 and x + 4 <= W: out += bytes([0, 4, r[x] << 4 | r[x + 1], r[x + 2] << 4 | r[x + 3]]); x += 4
            else: out += bytes([n, r[x] << 4 | r[x]]); x += n
        out += b"\0\0"
    return out + b"\0\1"
put("rle4.bmp", bmp(4, rle4(q), table=quad4, compression=2), t4[q])
os2 = struct.pack("<IHHHH", 12, W, H, 1, 24); put("os2.bmp", b"BM" + struct.pack("<IHHI", 26 + len(lines(BGR)), 0, 0, 26) + os2 + lines(BGR), RGB)
def web(name, image, tolerance=2, **how):
    c = pil(image, "WEBP", **how); d = Image.open(io.BytesIO(c))
    subprocess.run(["dwebp", "-quiet", "-nofancy", "-nodither", "-o", "decoded.png", "--", name], check=True, input=open(name, "wb").write(c) and b"")
    d = Image.open("decoded.png"); d.load(); os.remove("decoded.png")
    if image.mode == "RGBA": a = np.asarray(d.convert("RGBA")); t = over(a[..., :3], a[..., 3])
    else: t = np.asarray(d.convert("RGB"))
    put(name, c, t, tolerance)
web("lossless.webp", im, lossless=True); web("lossy.webp", im, quality=95); web("lossy-low.webp", im, 21, quality=30)
web("lossless-alpha.webp", Image.fromarray(RGBA), lossless=True, exact=True); web("lossy-alpha.webp", Image.fromarray(RGBA), 4, quality=95, exact=True); web("lossy-alpha-filter.webp", Image.fromarray(RGBA), 4, quality=95, alpha_quality=60)
web("lossless-palette.webp", PAL.convert("RGB"), lossless=True); web("lossless-few.webp", PAL4.convert("RGB"), lossless=True)
c = pil(im, "WEBP", lossless=True, icc_profile=P3); put("p3.webp", c, by(P3, im))
c = pil(im, "WEBP", lossless=True, save_all=True, append_images=[Image.fromarray(255 - RGB)]); put("moving.webp", c, RGB)
out = io.BytesIO(); small = PAL.crop((8, 4, 28, 20)); small.save(out, "GIF"); g = bytearray(out.getvalue())
# the screen is larger than its one picture, which lies at 8, 4 of it
g[6:10] = struct.pack("<HH", W, H); at = g.index(b"\x2c" + struct.pack("<HHHH", 0, 0, 20, 16)); g[at + 1:at + 5] = struct.pack("<HH", 8, 4)
t = np.full((H, W, 3), 255, np.uint8); t[4:20, 8:28] = np.asarray(small.convert("RGB")); put("offset.gif", bytes(g), t)
open("index.csv", "w").write("file,truth,tolerance\n" + "".join("%s,%s,%d\n" % (n, *INDEX[n]) for n in sorted(INDEX)))
