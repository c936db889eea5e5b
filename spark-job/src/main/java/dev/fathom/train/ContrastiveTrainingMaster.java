// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.encoder.Encoder;
import dev.fathom.encoder.EncoderGraphs;
import dev.fathom.model.Towers;
import dev.fathom.train.SparkWorkers.Placing;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Fathom's rounds as a training master of dl4j-spark. One {@code fitMultiDataSet} of a {@link
 * SparkComputationGraph} is a whole training: it starts from the graph's parameters and leaves the
 * trained ones there. The graph holds both towers, inputs and outputs {@code x} and {@code y}; the
 * data are {@link PairDataSet}s, one a partition.
 *
 * <p>dl4j-spark's own {@code ParameterAveragingTrainingMaster} does not serve: it forms its
 * minibatches once and never draws them anew, re-counts and repartitions the data for every split,
 * and has no place for a temperature that lives on the driver. What of the interface belongs to
 * that design (data sets of one input, paths, hooks, statistics) is refused.
 */
final class ContrastiveTrainingMaster
    implements TrainingMaster<TrainedRound, ContrastiveTrainingWorker> {
  private final RoundEngine engine;
  private final Towers towers;
  private final Optional<TrainingState> resumed;
  private final Workers validation;
  private final Placing<MultiDataSet> placing;
  private TrainingState result;

  /**
   * @param resumed where to go on from, in place of the graph's parameters
   * @param placing lays the training data on fewer workers, should executors be lost
   */
  ContrastiveTrainingMaster(
      RoundEngine engine,
      Towers towers,
      Optional<TrainingState> resumed,
      Workers validation,
      Placing<MultiDataSet> placing) {
    this.engine = engine;
    this.towers = towers;
    this.resumed = resumed;
    this.validation = validation;
    this.placing = placing;
  }

  /** Both towers as the one network that this master trains. */
  static ComputationGraph network(Towers towers, float[] parameters) {
    Map<String, Encoder> encoders = new LinkedHashMap<>();
    encoders.put("x", towers.x());
    encoders.put("y", towers.y());
    ComputationGraph graph = EncoderGraphs.together(encoders);
    EncoderGraphs.setParameters(graph, "x", parameters, 0);
    EncoderGraphs.setParameters(graph, "y", parameters, towers.yOffset());
    return graph;
  }

  /** Where the last training ended. */
  TrainingState result() {
    return result;
  }

  @Override
  public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> trainingData) {
    ComputationGraph network = graph.getNetwork();
    TrainingState start = resumed.orElseGet(() -> engine.start(parameters(network)));
    trainingData.context().setJobDescription("train: place the pairs");
    try (Workers workers = new DataSetWorkers(PlacedRdd.of(trainingData), placing)) {
      result = engine.run(start, workers, validation);
    }
    EncoderGraphs.setParameters(network, "x", result.keptParameters(), 0);
    EncoderGraphs.setParameters(network, "y", result.keptParameters(), towers.yOffset());
  }

  private float[] parameters(ComputationGraph network) {
    float[] parameters = new float[towers.parameterCount()];
    EncoderGraphs.getParameters(network, "x", parameters, 0);
    EncoderGraphs.getParameters(network, "y", parameters, towers.yOffset());
    return parameters;
  }

  /** The workers that dl4j-spark's data sets are placed on. */
  private static final class DataSetWorkers extends SparkWorkers<MultiDataSet> {
    DataSetWorkers(PlacedRdd<MultiDataSet> data, Placing<MultiDataSet> placing) {
      super(data, set -> ((PairDataSet) set).pairs(), placing);
    }

    @Override
    PlacedRdd.Task<MultiDataSet, RoundResult> localRound(LocalRound round) {
      ContrastiveTrainingWorker worker = new ContrastiveTrainingWorker(round);
      return (set, number) -> worker.processMinibatch(set, null, true).result();
    }
  }

  @Override
  public ContrastiveTrainingWorker getWorkerInstance(SparkComputationGraph graph) {
    throw refused();
  }

  @Override
  public ContrastiveTrainingWorker getWorkerInstance(SparkDl4jMultiLayer network) {
    throw refused();
  }

  @Override
  public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> trainingData) {
    throw refused();
  }

  @Override
  public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> trainingData) {
    throw refused();
  }

  @Override
  public void executeTrainingPaths(
      SparkDl4jMultiLayer network,
      SparkComputationGraph graph,
      JavaRDD<String> paths,
      DataSetLoader loader,
      MultiDataSetLoader multiLoader) {
    throw refused();
  }

  @Override
  public String toJson() {
    throw refused();
  }

  @Override
  public String toYaml() {
    throw refused();
  }

  @Override
  public void addHook(TrainingHook hook) {
    throw refused();
  }

  @Override
  public SparkTrainingStats getTrainingStats() {
    throw refused();
  }

  @Override
  public void setListeners(Collection<TrainingListener> listeners) {
    throw refused();
  }

  @Override
  public void setListeners(StatsStorageRouter router, Collection<TrainingListener> listeners) {
    throw refused();
  }

  @Override
  public void removeHook(TrainingHook hook) {}

  @Override
  public void setCollectTrainingStats(boolean collect) {}

  @Override
  public boolean getIsCollectTrainingStats() {
    return false;
  }

  /** There are no temporary files. */
  @Override
  public boolean deleteTempFiles(JavaSparkContext sc) {
    return true;
  }

  @Override
  public boolean deleteTempFiles(SparkContext sc) {
    return true;
  }

  private static UnsupportedOperationException refused() {
    return new UnsupportedOperationException(
        "contrastive training takes pairs through SparkComputationGraph.fitMultiDataSet and tells of them in RoundReport");
  }
}
