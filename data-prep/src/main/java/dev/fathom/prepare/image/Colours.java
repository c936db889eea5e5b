// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

/** The meaning of a picture's samples; converts them to sRGB. Not thread-safe. */
interface Colours {
  int RGB = 3;
  int CMYK = 4;

  /** Number of samples in a pixel: 1 grey, 3 red green blue, 4 inks. */
  int components();

  /** Whether the picture has the default colours. */
  default boolean arePlain() {
    return false;
  }

  /**
   * Converts a row.
   *
   * @param samples {@code pixels × components} bytes; 255 is full ink
   * @param rgb receives {@code pixels × 3} bytes of sRGB
   */
  void convert(byte[] samples, byte[] rgb);

  /** The default colours, for a picture that does not declare any. */
  static Colours plain(int components) {
    return new Plain(components);
  }

  /**
   * The colours of a PNG's gAMA, whose samples are a power of light. They are sRGB if the power is
   * within a twentieth of sRGB's, as in libpng.
   */
  static Colours gamma(double gamma, int components) {
    double power = 1 / (gamma * Curve.DISPLAY);
    if (Math.abs(power - 1) < Curve.NEGLIGIBLE || !Double.isFinite(power)) {
      return plain(components);
    }
    byte[] table = new byte[256];
    for (int value = 0; value < table.length; value++) {
      table[value] = (byte) Math.round(255 * Math.pow(value / 255.0, power));
    }
    return new Curve(components, table);
  }

  /**
   * The default colours: sRGB, grey of its brightness, or inks that each take their share of white.
   */
  record Plain(int components) implements Colours {
    @Override
    public boolean arePlain() {
      return true;
    }

    @Override
    public void convert(byte[] samples, byte[] rgb) {
      for (int i = 0, at = 0; i < samples.length; i += components, at += RGB) {
        for (int channel = 0; channel < RGB; channel++) {
          rgb[at + channel] =
              switch (components) {
                case 1 -> samples[i];
                case CMYK -> light(samples[i + channel], samples[i + RGB]);
                default -> samples[i + channel];
              };
        }
      }
    }

    private static byte light(byte ink, byte black) {
      return (byte) (((255 - (ink & 0xff)) * (255 - (black & 0xff)) + 127) / 255);
    }
  }

  /**
   * One curve for all channels.
   *
   * @param table sRGB values by stored value
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Curve(int components, byte[] table) implements Colours {
    /** The exponent of the display for which PNG assumes sRGB. */
    private static final double DISPLAY = 2.2;

    private static final double NEGLIGIBLE = 0.05;

    @Override
    public void convert(byte[] samples, byte[] rgb) {
      int repeats = RGB / components;
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = table[samples[i / repeats] & 0xff];
      }
    }
  }
}
