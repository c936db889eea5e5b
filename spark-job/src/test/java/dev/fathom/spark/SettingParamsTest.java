// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fathom.settings.Reference;
import dev.fathom.settings.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Parameters and keys of the configuration, held to each other. */
class SettingParamsTest {
  private static final StructType PAIRS =
      new StructType().add("picture", DataTypes.BinaryType).add("caption", DataTypes.StringType);

  private final ContrastiveEstimator estimator =
      new ContrastiveEstimator().setXCol("picture").setYCol("caption");

  private List<SettingParam> params() {
    return Arrays.stream(estimator.params())
        .filter(SettingParam.class::isInstance)
        .map(SettingParam.class::cast)
        .toList();
  }

  @Test
  void everyKeyOfModelTrainingAndTemperatureIsAParameterAndEveryParameterAKey() {
    List<String> keys = params().stream().map(SettingParam::key).toList();

    assertThat(keys)
        .containsAll(
            Settings.keys().stream()
                .filter(key -> key.matches("(model|training|temperature)\\..*"))
                .toList());
    assertThat(Settings.keys()).containsAll(keys);
    assertThat(keys)
        .contains("image.size", "text.maxTokens", "split.train")
        .doesNotContain("split.groupBy", "image.backbone");
  }

  @Test
  void nameAndKeyTellEachOther() {
    assertThat(params()).extracting(SettingParam::name).doesNotHaveDuplicates();
    for (SettingParam param : params()) {
      assertThat(estimator.setting(param.key())).isEqualTo(param);
      assertThat(estimator.getParam(param.name())).isEqualTo(param);
    }
    assertThat(estimator.setting("model.x.hidden").name()).isEqualTo("modelXHidden");
  }

  @Test
  void docAndDefaultAreThoseOfTheReference() {
    for (SettingParam param : params()) {
      assertThat(Reference.comment(param.key())).as(param.key()).isNotBlank();
      assertThat(Optional.ofNullable(estimator.getDefault(param).getOrElse(() -> null)))
          .as(param.key())
          .isEqualTo(Reference.standard(param.key()));
    }
    assertThat(estimator.explainParam(estimator.setting("training.batchSize")))
        .contains("pairs of a step of all workers together", "256");
  }

  @Test
  void theConfigurationRefusesAValueBeforeAnyJob() {
    estimator.setEpochs(0);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> estimator.transformSchema(PAIRS))
        .withMessageContaining("training.epochs = 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> estimator.setSetting("model.dimensions", 3))
        .withMessageContaining("model.dimensions");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> estimator.setSetting("model.dimension", new Object()))
        .withMessageContaining("modelDimension");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ContrastiveEstimator().transformSchema(PAIRS))
        .withMessageContaining("xCol is not set");
  }

  @Test
  void aValueMayBeANumberATextAListOrAnArray() {
    assertThat(
            Stream.of(16, 16L, 16.0, "16", 0.5, true, List.of(4, 8), new int[] {4, 8})
                .map(SettingParam::text))
        .containsExactly("16", "16", "16", "16", "0.5", "true", "[4,8]", "[4,8]");
    for (Object value : List.of(64, 1e-3, List.of(4, 8), "graph:a \"b\".zip")) {
      SettingParam param = estimator.setting("model.dimension");
      assertThat(param.jsonDecode(param.jsonEncode(value))).isEqualTo(SettingParam.text(value));
    }
  }

  @Test
  void wrongColumnsAreRefusedBeforeAnyJob() {
    record Wrong(String column, StructType schema) {}
    for (Wrong wrong :
        List.of(
            new Wrong("caption does not exist", new StructType().add("picture", "binary")),
            new Wrong(
                "caption is of type date",
                new StructType().add("picture", "binary").add("caption", "date")),
            new Wrong(
                "caption is of type array<string>",
                new StructType().add("picture", "binary").add("caption", "array<string>")),
            new Wrong("xEmbedding already exists", PAIRS.add("xEmbedding", "int")),
            new Wrong("yEmbedding already exists", PAIRS.add("yEmbedding", "int")))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> estimator.transformSchema(wrong.schema))
          .withMessageContaining(wrong.column);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> estimator.copy(ParamMap.empty()).setKeyCol("picture").transformSchema(PAIRS))
        .withMessageContaining("keyCol: column picture is of type binary");
    assertThat(estimator.transformSchema(PAIRS).fieldNames())
        .containsExactly("picture", "caption", "xEmbedding", "yEmbedding");
    assertThat(estimator.transformSchema(PAIRS).apply("yEmbedding").dataType())
        .isEqualTo(SQLDataTypes.VectorType());
  }

  @Test
  void aPasswordIsNotWrittenIntoASavedStage() {
    AssignmentsParam param = new AssignmentsParam(estimator, "settings", "");
    String[] assignments = {"input.images=https://me:secret@host/folder"};

    assertThatIllegalArgumentException()
        .isThrownBy(() -> param.jsonEncode(assignments))
        .withMessageContaining("settings: input.images=https://***@host/folder holds a password");
  }
}
