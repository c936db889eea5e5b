# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""The stages in PySpark, against what Java made of the same pairs. FATHOM_TEST_FILES names the folder that holds it."""
import os
import unittest

import attached
import numpy
from pyspark.errors import IllegalArgumentException
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.tuning import CrossValidator, CrossValidatorModel, ParamGridBuilder
from pyspark.sql.functions import col, lit, when

from dev.fathom.spark import (
    ContrastiveEstimator,
    ContrastiveEvaluator,
    ContrastiveModel,
    FathomException,
    IntrinsicDimension,
)

FILES = os.environ["FATHOM_TEST_FILES"]


def estimator(**more):
    values = {"keyCol": "id", "xCol": "picture", "yCol": "caption", "dimension": 6, "epochs": 2, "batchSize": 64}
    values.update({"imageSize": 8, "modelXHidden": [4, 6], "modelYHidden": numpy.array([8])}, **more)
    return ContrastiveEstimator(**values)


def embedded(model, frame):
    return rows(model.transform(frame))


def rows(frame):
    return {row.id: (row.xEmbedding, row.yEmbedding) for row in frame.select("id", "xEmbedding", "yEmbedding").collect()}


class StagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spark = attached.session()
        cls.pairs = cls.spark.read.parquet(FILES + "/pairs.parquet").cache()
        cls.of_java = rows(cls.spark.read.parquet(FILES + "/embedded.parquet"))
        cls.pipeline = Pipeline(stages=[estimator()])
        cls.pipeline_model = cls.pipeline.fit(cls.pairs)
        cls.model = cls.pipeline_model.stages[0]

    def test_a_fit_gives_the_bits_of_java(self):
        self.assertEqual(200, len(self.of_java))
        self.assertEqual(self.of_java, embedded(self.model, self.pairs))

    def test_the_summary_and_the_model_tell_of_the_training(self):
        summary = self.model.summary
        self.assertTrue(self.model.hasSummary)
        self.assertEqual(6, self.model.dimension)
        self.assertEqual(self.model.temperature, summary.temperature)
        self.assertGreater(summary.rounds, 0)
        self.assertGreater(summary.trainLoss, 0)
        self.assertGreater(summary.validationLoss, 0)
        self.assertTrue(0 <= summary.recallAt1 <= 1)

    def test_what_java_saved_is_loaded(self):
        model = PipelineModel.load(FILES + "/java").stages[0]
        self.assertIsInstance(model, ContrastiveModel)
        self.assertEqual("caption", model.getYCol())
        self.assertEqual(self.of_java, embedded(model, self.pairs))
        self.assertFalse(model.hasSummary)
        with self.assertRaisesRegex(RuntimeError, "was loaded"):
            model.summary
        again = ContrastiveModel.fromDirectory(FILES + "/java/stages/0_%s/model" % model.uid)
        again.setXCol("picture").setYCol("caption")
        self.assertEqual(self.of_java, embedded(again, self.pairs))

    def test_what_python_saves_is_loaded(self):
        self.pipeline_model.write().overwrite().save(FILES + "/python")
        self.assertEqual(self.of_java, embedded(PipelineModel.load(FILES + "/python"), self.pairs))
        self.pipeline.write().overwrite().save(FILES + "/python-estimator")
        loaded = Pipeline.load(FILES + "/python-estimator").getStages()[0]
        self.assertEqual(self.pipeline.getStages()[0].uid, loaded.uid)
        self.assertEqual([4, 6], loaded.getModelXHidden())
        self.assertEqual(64, loaded.getTrainingBatchSize())
        self.model.save(FILES + "/python-model")
        self.assertEqual(self.of_java, embedded(ContrastiveModel.load(FILES + "/python-model"), self.pairs))

    def test_parameters_are_those_of_java(self):
        stage = estimator(settings=["input.standardise=false"], labelCol=None)
        told = stage.explainParams()
        self.assertIn("trainingBatchSize: training.batchSize: pairs of a step of all workers together", told)
        self.assertIn("(default: 256, current: 64)", told)
        self.assertEqual(0.5, stage.setSetting("training.learningRate", 0.5).getTrainingLearningRate())
        self.assertEqual("modelDimension", stage.setting("model.dimension").name)
        self.assertEqual(["input.standardise=false"], stage.getSettings())
        self.assertEqual(["input.nulls=[]"], stage.setSettings("input.nulls=[]").getSettings())
        self.assertEqual(6, stage.getOrDefault(stage.modelDimension))
        self.assertFalse(stage.isDefined(stage.labelCol))
        other = stage.copy({stage.modelDimension: 4})
        self.assertEqual((6, 4), (stage.getModelDimension(), other.getModelDimension()))
        self.assertEqual(7, other.setSeed(7).getTrainingSeed())
        self.assertEqual("error", stage.getHandleInvalid())
        with self.assertRaisesRegex(TypeError, "no parameter dimensions"):
            ContrastiveEstimator(dimensions=3)
        with self.assertRaisesRegex(TypeError, "xCol"):
            ContrastiveEstimator(xCol=3)
        with self.assertRaisesRegex(IllegalArgumentException, "model.dimensions is no key"):
            stage.setting("model.dimensions")

    def test_errors_are_one_line_that_names_the_column_or_the_parameter(self):
        with self.assertRaisesRegex(IllegalArgumentException, "yCol: column text does not exist"):
            estimator(yCol="text").fit(self.pairs)
        with self.assertRaisesRegex(IllegalArgumentException, "training.epochs = 0 is outside"):
            estimator(epochs=0).fit(self.pairs)
        with self.assertRaisesRegex(IllegalArgumentException, "yEmbedding already exists"):
            self.model.transform(self.pairs.withColumn("yEmbedding", lit(1)))
        broken = self.pairs.withColumn("caption", when(col("id") != "p1", col("caption")))
        with self.assertRaisesRegex(FathomException, "^1 of 200 rows .* set handleInvalid to skip$"):
            estimator().fit(broken)

    def test_one_side_needs_no_column_of_the_other(self):
        captions = self.pairs.drop("picture")
        found = self.model.copy().setParams(sides="y", yEmbeddingCol="vector").transform(captions)
        self.assertEqual(["id", "caption", "vector"], found.columns)
        self.assertEqual({key: y for key, (x, y) in self.of_java.items()}, {row.id: row.vector for row in found.collect()})

    def test_embeddings_are_evaluated_and_measured(self):
        frame = self.model.transform(self.pairs).cache()
        evaluator = ContrastiveEvaluator(metricName="recallAt10")
        recall = evaluator.evaluate(frame)
        self.assertTrue(0 < recall <= 1)
        self.assertGreater(recall, evaluator.evaluate(frame, {evaluator.metricName: "recallAt1"}))
        self.assertEqual({"x", "y"}, sides(IntrinsicDimension.ofPairs(frame, "xEmbedding", "yEmbedding")) - {"shared"})
        self.assertEqual({"x"}, sides(IntrinsicDimension.of(frame, "yEmbedding", "measure.maxPoints=150")))
        around = IntrinsicDimension.pointwise(frame, "xEmbedding", "around")
        self.assertEqual(frame.columns + ["around"], around.columns)
        with self.assertRaisesRegex(IllegalArgumentException, "measure.points"):
            IntrinsicDimension.of(frame, "yEmbedding", "measure.points=1")

    def test_a_width_is_chosen_by_cross_validation(self):
        stage = estimator(handleInvalid="skip", epochs=1)
        validator = CrossValidator(
            estimator=Pipeline(stages=[stage]),
            estimatorParamMaps=ParamGridBuilder().addGrid(stage.modelDimension, [1, 6]).build(),
            evaluator=ContrastiveEvaluator(metricName="recallAt10"),
            numFolds=2,
        )
        validator.write().overwrite().save(FILES + "/validator")
        loaded = CrossValidator.load(FILES + "/validator")
        maps = [list(chosen.values()) for chosen in loaded.getEstimatorParamMaps()]
        self.assertEqual([[1], [6]], [[int(value) for value in values] for values in maps])
        self.assertEqual("recallAt10", loaded.getEvaluator().getMetricName())
        best = loaded.fit(self.pairs)
        self.assertEqual(2, len(best.avgMetrics))
        chosen = [1, 6][best.avgMetrics.index(max(best.avgMetrics))]
        self.assertEqual(chosen, best.bestModel.stages[0].dimension)
        self.assertEqual(chosen, ContrastiveEvaluator.smallestWidth(best.avgMetrics, [1, 6], 200))
        self.assertEqual(4, ContrastiveEvaluator.smallestWidth([0.5, 0.49], [8, 4], 100))
        best.write().overwrite().save(FILES + "/validated")
        again = CrossValidatorModel.load(FILES + "/validated")
        self.assertEqual(embedded(best, self.pairs), embedded(again, self.pairs))


def sides(frame):
    return {row.side for row in frame.collect()}


if __name__ == "__main__":
    unittest.main()
