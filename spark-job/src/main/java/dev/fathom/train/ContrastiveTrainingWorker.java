// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import org.apache.spark.TaskContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.WorkerConfiguration;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * A worker of {@link ContrastiveTrainingMaster} for one round. A data set is all of the worker's
 * pairs, and processing it is the round's local steps; the weights come with the round, so no
 * network is handed on.
 */
final class ContrastiveTrainingWorker implements TrainingWorker<TrainedRound> {
  private static final long serialVersionUID = 1L;

  private final LocalRound round;

  ContrastiveTrainingWorker(LocalRound round) {
    this.round = round;
  }

  @Override
  public TrainedRound processMinibatch(
      MultiDataSet dataSet, ComputationGraph graph, boolean isLast) {
    return new TrainedRound(round.run(((PairDataSet) dataSet).pairs().partitions().get(0)));
  }

  @Override
  public Pair<TrainedRound, SparkTrainingStats> processMinibatchWithStats(
      MultiDataSet dataSet, ComputationGraph graph, boolean isLast) {
    return Pair.of(processMinibatch(dataSet, graph, isLast), null);
  }

  @Override
  public WorkerConfiguration getDataConfiguration() {
    BatchPlan plan = round.trainers().spec().plan();
    return new WorkerConfiguration(
        true, plan.batch() * plan.stepsPerEpoch(), plan.batch(), 1, 0, false);
  }

  @Override
  public long getInstanceId() {
    return TaskContext.getPartitionId();
  }

  /** Hooks see single minibatches of a network, which a round does not have. */
  @Override
  public void addHook(TrainingHook hook) {
    throw refused();
  }

  @Override
  public void removeHook(TrainingHook hook) {}

  @Override
  public MultiLayerNetwork getInitialModel() {
    throw refused();
  }

  @Override
  public ComputationGraph getInitialModelGraph() {
    throw refused();
  }

  @Override
  public TrainedRound processMinibatch(DataSet dataSet, MultiLayerNetwork network, boolean isLast) {
    throw refused();
  }

  @Override
  public TrainedRound processMinibatch(DataSet dataSet, ComputationGraph graph, boolean isLast) {
    throw refused();
  }

  @Override
  public Pair<TrainedRound, SparkTrainingStats> processMinibatchWithStats(
      DataSet dataSet, MultiLayerNetwork network, boolean isLast) {
    throw refused();
  }

  @Override
  public Pair<TrainedRound, SparkTrainingStats> processMinibatchWithStats(
      DataSet dataSet, ComputationGraph graph, boolean isLast) {
    throw refused();
  }

  @Override
  public TrainedRound getFinalResult(MultiLayerNetwork network) {
    throw refused();
  }

  @Override
  public TrainedRound getFinalResult(ComputationGraph graph) {
    throw refused();
  }

  @Override
  public TrainedRound getFinalResultNoData() {
    throw refused();
  }

  @Override
  public Pair<TrainedRound, SparkTrainingStats> getFinalResultNoDataWithStats() {
    throw refused();
  }

  @Override
  public Pair<TrainedRound, SparkTrainingStats> getFinalResultWithStats(MultiLayerNetwork network) {
    throw refused();
  }

  @Override
  public Pair<TrainedRound, SparkTrainingStats> getFinalResultWithStats(ComputationGraph graph) {
    throw refused();
  }

  private static UnsupportedOperationException refused() {
    return new UnsupportedOperationException(
        "a contrastive round takes all pairs of a worker at once");
  }
}
