// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.prepare.LocalSpark;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class StageProgressTest {
  private static final CountDownLatch SECOND_TASK_MAY_END = new CountDownLatch(1);

  private final JavaSparkContext spark =
      JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());

  @Test
  void whereNothingRunsNothingIsDone() {
    assertThat(StageProgress.tasks(spark).share()).isZero();
  }

  @Test
  void theTasksThatAreDoneAreTheShare() throws Exception {
    JavaFutureAction<Void> job =
        spark
            .parallelize(List.of(0, 1), 2)
            .foreachPartitionAsync(
                rows -> {
                  if (TaskContext.getPartitionId() == 1) {
                    SECOND_TASK_MAY_END.await();
                  }
                });
    try {
      // Spark hears of the end of a task some time after it.
      while (StageProgress.tasks(spark).done() < 1) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThat(StageProgress.tasks(spark).share()).isEqualTo(0.5);
    } finally {
      SECOND_TASK_MAY_END.countDown();
    }
    job.get();
  }

  @Test
  void aStageIsLookedAtAgainAndAgain() throws Exception {
    CountDownLatch looked = new CountDownLatch(2);
    StageProgress progress = StageProgress.watching("test", "things", line -> looked.countDown());
    try {
      assertThat(looked.await(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      progress.close();
    }
  }
}
