// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** How a shard stores a picture. */
public enum PictureEncoding {
  /** Height × width × 3 bytes, row-major, red green blue. */
  @JsonProperty("raw")
  RAW {
    @Override
    public byte[] encode(byte[] rgb, int height, int width) {
      return rgb;
    }

    @Override
    public byte[] decode(byte[] stored) {
      return stored;
    }
  },

  /** A JPEG file of quality 0.95, which has a fraction of the bytes at some loss. */
  @JsonProperty("jpeg")
  JPEG {
    @Override
    public byte[] encode(byte[] rgb, int height, int width) {
      BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
      swapChannels(rgb, ((DataBufferByte) picture.getRaster().getDataBuffer()).getData());
      ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (MemoryCacheImageOutputStream target = new MemoryCacheImageOutputStream(out)) {
        ImageWriteParam how = writer.getDefaultWriteParam();
        how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        how.setCompressionQuality(QUALITY);
        writer.setOutput(target);
        writer.write(null, new IIOImage(picture, null, null), how);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        writer.dispose();
      }
      return out.toByteArray();
    }

    @Override
    public byte[] decode(byte[] stored) {
      ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
      try (ImageInputStream in =
          new MemoryCacheImageInputStream(new ByteArrayInputStream(stored))) {
        reader.setInput(in, true, true);
        BufferedImage picture =
            new BufferedImage(
                reader.getWidth(0), reader.getHeight(0), BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = picture.createGraphics();
        graphics.drawImage(reader.read(0), 0, 0, null);
        graphics.dispose();
        byte[] rgb = new byte[picture.getWidth() * picture.getHeight() * CHANNELS];
        swapChannels(((DataBufferByte) picture.getRaster().getDataBuffer()).getData(), rgb);
        return rgb;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        reader.dispose();
      }
    }
  };

  private static final float QUALITY = 0.95f;
  private static final int CHANNELS = 3;

  /** Encodes a picture of height × width × 3 bytes for a shard. */
  public abstract byte[] encode(byte[] rgb, int height, int width);

  /** Decodes a stored picture to height × width × 3 bytes. */
  public abstract byte[] decode(byte[] stored);

  private static void swapChannels(byte[] from, byte[] to) {
    for (int i = 0; i < from.length; i += CHANNELS) {
      to[i] = from[i + 2];
      to[i + 1] = from[i + 1];
      to[i + 2] = from[i];
    }
  }
}
