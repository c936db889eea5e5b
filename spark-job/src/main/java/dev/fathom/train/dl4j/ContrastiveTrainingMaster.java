// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.dl4j;

import dev.fathom.encoder.Encoder;
import dev.fathom.encoder.EncoderGraphs;
import dev.fathom.model.Towers;
import dev.fathom.train.pairs.PlacedPairs;
import dev.fathom.train.pairs.PlacedRdd;
import dev.fathom.train.workers.SparkWorkers;
import dev.fathom.train.workers.SparkWorkers.Placing;
import dev.fathom.train.workers.Workers;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
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
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Fathom's rounds as a training master of dl4j-spark. One {@code fitMultiDataSet} of a {@link
 * SparkComputationGraph} is a whole training: it starts from the graph's parameters and leaves the
 * trained ones there. The graph holds both towers, with inputs and outputs {@code x} and {@code y};
 * the data are {@link PairDataSet}s, one per partition.
 *
 * <p>dl4j-spark's own {@code ParameterAveragingTrainingMaster} is no substitute: it forms its
 * minibatches only once, counts and repartitions the data again for every split, and has no place
 * for a temperature on the driver. The parts of the interface that belong to that design (data sets
 * of one input, paths, hooks, statistics) throw an exception here.
 */
public final class ContrastiveTrainingMaster
    implements TrainingMaster<TrainingResult, TrainingWorker<TrainingResult>> {
  private final Towers towers;
  private final Placing<PlacedPairs> placing;
  private final Training training;

  /** A training on pairs that are already placed on workers. */
  public interface Training {
    /**
     * Runs the training.
     *
     * @param start initial parameters of both towers
     * @return the trained parameters
     */
    float[] run(float[] start, Workers workers);
  }

  private ContrastiveTrainingMaster(
      Towers towers, Placing<PlacedPairs> placing, Training training) {
    this.towers = towers;
    this.placing = placing;
    this.training = training;
  }

  /**
   * Trains both towers as one graph.
   *
   * @param start initial parameters
   * @param placed the pairs
   * @param placing places the pairs on other workers if executors are lost or added
   * @return the trained graph
   */
  public static ComputationGraph fit(
      Towers towers,
      float[] start,
      PlacedRdd<PlacedPairs> placed,
      Placing<PlacedPairs> placing,
      Training training) {
    return new SparkComputationGraph(
            JavaSparkContext.fromSparkContext(placed.context()),
            network(towers, start),
            new ContrastiveTrainingMaster(towers, placing, training))
        .fitMultiDataSet(dataSets(placed));
  }

  private static JavaRDD<MultiDataSet> dataSets(PlacedRdd<PlacedPairs> placed) {
    return placed.toJavaRDD().map(PairDataSet::new);
  }

  /** Places the pairs as dl4j-spark's data sets. */
  private record DataSets(Placing<PlacedPairs> placing) implements Placing<MultiDataSet> {
    @Override
    public PlacedRdd<MultiDataSet> on(int workers) {
      return PlacedRdd.of(dataSets(placing.on(workers)));
    }

    @Override
    public int most() {
      return placing.most();
    }
  }

  private static ComputationGraph network(Towers towers, float[] parameters) {
    Map<String, Encoder> encoders = new LinkedHashMap<>();
    encoders.put("x", towers.x());
    encoders.put("y", towers.y());
    ComputationGraph graph = EncoderGraphs.together(encoders);
    EncoderGraphs.setParameters(graph, "x", parameters, 0);
    EncoderGraphs.setParameters(graph, "y", parameters, towers.yOffset());
    return graph;
  }

  @Override
  public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> trainingData) {
    ComputationGraph network = graph.getNetwork();
    trainingData.context().setJobDescription("train: place the pairs");
    try (Workers workers =
        new SparkWorkers<>(
            PlacedRdd.of(trainingData),
            set -> ((PairDataSet) set).pairs(),
            new DataSets(placing))) {
      float[] trained = training.run(parameters(network), workers);
      EncoderGraphs.setParameters(network, "x", trained, 0);
      EncoderGraphs.setParameters(network, "y", trained, towers.yOffset());
    }
  }

  private float[] parameters(ComputationGraph network) {
    float[] parameters = new float[towers.parameterCount()];
    EncoderGraphs.getParameters(network, "x", parameters, 0);
    EncoderGraphs.getParameters(network, "y", parameters, towers.yOffset());
    return parameters;
  }

  @Override
  public TrainingWorker<TrainingResult> getWorkerInstance(SparkComputationGraph graph) {
    throw refused();
  }

  @Override
  public TrainingWorker<TrainingResult> getWorkerInstance(SparkDl4jMultiLayer network) {
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

  /** Does nothing, as there are no temporary files. */
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
