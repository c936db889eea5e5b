// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.testing.LocalSpark;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.Test;

class PlacedRddTest {
  private final JavaRDD<String> persisted =
      JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext())
          .parallelize(List.of("a", "b", "c"), 3)
          .map(letter -> letter + "!")
          .persist(StorageLevel.MEMORY_AND_DISK());

  @Test
  void everyPartitionIsVisitedInOrder() {
    assertThat(PlacedRdd.of(persisted).each((element, partition) -> element + partition))
        .containsExactly("a!0", "b!1", "c!2");
  }

  @Test
  void aPartitionThatIsLostIsMadeAnewFromItsLineage() {
    PlacedRdd<String> placed = PlacedRdd.of(persisted);
    placed.each((element, partition) -> element);
    assertThat(persisted.rdd().getStorageLevel().useMemory()).isTrue();

    SparkEnv.get().blockManager().removeRdd(persisted.id());

    assertThat(placed.each((element, partition) -> element)).containsExactly("a!", "b!", "c!");
    for (int i = 0; i < 3; i++) {
      RDDBlockId block = new RDDBlockId(persisted.id(), i);
      assertThat(SparkEnv.get().blockManager().getStatus(block).isDefined()).isTrue();
    }
  }

  @Test
  void aTaskIsSentToWhereItsPartitionLies() {
    PlacedRdd<String> placed = PlacedRdd.of(persisted);
    placed.each((element, partition) -> element);
    // Where blocks lie is asked once a job.
    placed.each((element, partition) -> element);

    String location = placed.preferredLocations(placed.partitions()[1]).mkString(",");

    assertThat(location).contains(SparkEnv.get().blockManager().blockManagerId().executorId());
  }

  @Test
  void aTaskShipsNoLineage() {
    JavaRDD<String> deep = persisted;
    for (int i = 0; i < 200; i++) {
      deep = deep.map(letter -> letter + "!");
    }
    int lineage = size(deep.rdd());

    assertThat(size(PlacedRdd.of(deep))).isLessThan(lineage / 4);
  }

  private static int size(Object object) {
    return SparkEnv.get()
        .closureSerializer()
        .newInstance()
        .serialize(object, scala.reflect.ClassTag$.MODULE$.apply(Object.class))
        .remaining();
  }
}
