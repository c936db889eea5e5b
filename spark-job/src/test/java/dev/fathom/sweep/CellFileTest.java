// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.files.Json;
import dev.fathom.measure.Metric;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CellFileTest {
  private static final ObjectMapper JSON = Json.mapper();

  @Test
  void aCellThatWasMeasuredComesBackAsItWas() throws Exception {
    CellResult result =
        Cells.measured(
            Cells.cell(4, 1), Map.of(Metric.VALIDATION_LOSS, 2.5, Metric.SHARED_DIMENSION, 3.0));

    assertThat(throughJson(result))
        .usingRecursiveComparison()
        .withEqualsForType((a, b) -> a.compareTo(b) == 0, Double.class)
        .isEqualTo(result);
  }

  @Test
  void aCellThatFailedComesBackAsItWas() throws Exception {
    CellResult result = Cells.failed(Cells.cell(4, 1));

    assertThat(throughJson(result)).isEqualTo(result);
  }

  @Test
  void whatThereWasNothingToTakeFromIsNullInTheFile() throws Exception {
    String measured =
        json(
            Cells.measured(
                Cells.cell(4, 0), Map.of(Metric.TRAINING_LOSS, 1.0, Metric.CHANCE, 0.5)));
    String failed = json(Cells.failed(Cells.cell(4, 0)));

    assertThat(measured)
        .isEqualTo(
            "{\"cell\":{\"settings\":{\"model.dimension\":\"4\"},\"repeat\":0,\"seed\":42},"
                + "\"exitCode\":null,\"failure\":null,\"seconds\":1.5,"
                + "\"figures\":{\"loss.train\":1.0,\"loss.validation\":null,"
                + "\"retrieval.chance.pValue\":0.5},"
                + "\"trace\":[{\"epoch\":1.0,\"loss\":3.5,\"validationLoss\":3.25,"
                + "\"temperature\":0.07,\"dimensionX\":2.5,\"dimensionY\":null}],"
                + "\"similarities\":{\"low\":-1.0,\"high\":1.0,\"matching\":[0,2],"
                + "\"mismatched\":[3,4]}}");
    assertThat(failed)
        .isEqualTo(
            "{\"cell\":{\"settings\":{\"model.dimension\":\"4\"},\"repeat\":0,\"seed\":42},"
                + "\"exitCode\":\"DIVERGED\",\"failure\":\"training diverged, and more\","
                + "\"seconds\":0.5,\"figures\":{},\"trace\":[],\"similarities\":null}");
  }

  private static CellResult throughJson(CellResult result) throws Exception {
    return JSON.readValue(json(result), CellFile.class).result();
  }

  private static String json(CellResult result) throws Exception {
    return JSON.writeValueAsString(CellFile.of(result));
  }
}
