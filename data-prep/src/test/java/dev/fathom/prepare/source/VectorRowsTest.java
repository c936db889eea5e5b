// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.prepare.LocalSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class VectorRowsTest {

  @Test
  void vectorsAreArraysAndOtherCellsAreAsSparkGivesThem() {
    Dataset<Row> table =
        LocalSpark.session()
            .sql(
                "select * from values"
                    + " (array(1.5f, null), array(2.5d), 'a', array(1, 2), named_struct('path', 'b')),"
                    + " (null, null, null, null, null)"
                    + " as of(floats, doubles, text, whole, structure)");

    List<Row> rows = VectorRows.of(table).collect();

    List<Row> expected = table.collectAsList();
    assertThat(rows).hasSize(2);
    Row full = rows.get(0);
    assertThat(full.<double[]>getAs("floats")).containsExactly(1.5, Double.NaN);
    assertThat(full.<double[]>getAs("doubles")).containsExactly(2.5);
    for (String column : List.of("text", "whole", "structure")) {
      assertThat(full.<Object>getAs(column)).isEqualTo(expected.get(0).<Object>getAs(column));
    }
    assertThat(full.getStruct(4).<String>getAs("path")).isEqualTo("b");
    assertThat(rows.get(1)).isEqualTo(expected.get(1));
  }
}
