// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;

class FitTest {
  @Test
  void theFolderOfAnEarlierBuildIsFoundAgain() {
    Settings settings = Settings.defaults();
    Map<String, String> before = new TreeMap<>(settings.effective());
    before.remove("model.nested");

    assertThat(Fit.folder("pairs", settings))
        .isEqualTo("fit-" + DigestUtils.sha256Hex("pairs" + before).substring(0, 16))
        .isNotEqualTo(Fit.folder("other pairs", settings));
    assertThat(Fit.folder("pairs", Settings.of("", List.of(), List.of("model.nested=[4]"))))
        .isNotEqualTo(Fit.folder("pairs", settings));
  }
}
