// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The ICC profiles of pictures, applied by the JDK's LittleCMS. The pictures of a dataset share a
 * few profiles, so the last ones are cached. Not thread-safe.
 */
final class ColourProfiles {
  private static final int KEPT = 16;

  /** A profile whose colours differ from sRGB by at most this much counts as sRGB. */
  private static final int NEGLIGIBLE = 2;

  private static final int PROBES = 8;

  private final Map<ByteBuffer, Colours> known =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Colours> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * The colours of a profile. A profile that is empty, broken or for another number of components
   * is ignored.
   */
  Colours colours(byte[] profile, int components) {
    if (profile.length == 0) {
      return Colours.plain(components);
    }
    Colours colours = known.computeIfAbsent(ByteBuffer.wrap(profile), key -> read(profile));
    return colours.components() == components ? colours : Colours.plain(components);
  }

  private static Colours read(byte[] profile) {
    try {
      ICC_ColorSpace space = new ICC_ColorSpace(ICC_Profile.getInstance(profile));
      int components = space.getNumComponents();
      if (components != 1 && components != Colours.RGB && components != Colours.CMYK) {
        return Colours.plain(Colours.RGB);
      }
      Colours colours = new Profile(components, new ColorConvertOp(space, srgb(), null));
      return isNearly(colours) ? Colours.plain(components) : colours;
    } catch (RuntimeException e) {
      return Colours.plain(Colours.RGB);
    }
  }

  private static ColorSpace srgb() {
    return ColorSpace.getInstance(ColorSpace.CS_sRGB);
  }

  /** Whether a profile is nearly the default. */
  private static boolean isNearly(Colours colours) {
    int components = colours.components();
    int pixels = IntStream.range(0, components).reduce(1, (product, i) -> product * PROBES);
    byte[] samples = new byte[pixels * components];
    for (int i = 0; i < samples.length; i++) {
      int level = (i / components) / (int) Math.pow(PROBES, i % components) % PROBES;
      samples[i] = (byte) (255 * level / (PROBES - 1));
    }
    byte[] by = new byte[pixels * Colours.RGB];
    byte[] without = new byte[by.length];
    colours.convert(samples, by);
    Colours.plain(components).convert(samples, without);
    return IntStream.range(0, by.length)
        .allMatch(i -> Math.abs((by[i] & 0xff) - (without[i] & 0xff)) <= NEGLIGIBLE);
  }

  /** The colours of a profile. */
  private record Profile(int components, ColorConvertOp toSrgb) implements Colours {
    @Override
    public void convert(byte[] samples, byte[] rgb) {
      toSrgb.filter(row(samples, components), row(rgb, RGB));
    }

    private static WritableRaster row(byte[] samples, int components) {
      int pixels = samples.length / components;
      return Raster.createInterleavedRaster(
          new DataBufferByte(samples, samples.length),
          pixels,
          1,
          samples.length,
          components,
          IntStream.range(0, components).toArray(),
          null);
    }
  }
}
