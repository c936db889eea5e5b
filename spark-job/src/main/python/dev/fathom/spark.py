# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""Fathom in PySpark: the classes of the Java package of this name, under the same names.

PySpark finds the Python class of a saved stage by the name of the Java class, so they all have to be in this module.
Parameters, with their documentation and defaults, are read from the Java objects: each is an attribute, and has a setter
and a getter. `explainParams()` lists them.
"""
import json
from contextlib import contextmanager

from py4j.java_collections import JavaArray, JavaList
from py4j.java_gateway import JavaPackage
from py4j.protocol import Py4JJavaError
from pyspark import SparkContext
from pyspark.ml.evaluation import JavaEvaluator
from pyspark.ml.param import Param
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaEstimator, JavaModel, JavaParams, JavaWrapper
from pyspark.sql import DataFrame, SparkSession

__all__ = [
    "ContrastiveEstimator",
    "ContrastiveEvaluator",
    "ContrastiveModel",
    "ContrastiveSummary",
    "FathomException",
    "IntrinsicDimension",
]

_PACKAGE = "dev.fathom.spark."


class FathomException(RuntimeError):
    """An error that a user can act on, in one line: what is wrong, where, what to do."""


@contextmanager
def _plain_errors():
    """Leaves the stack of an error of Fathom's out, also of one that a task threw."""
    try:
        yield
    except Py4JJavaError as error:
        thrown = error.java_exception
        while thrown is not None:
            if thrown.getClass().getName() == "dev.fathom.error.FathomException":
                raise FathomException(thrown.getMessage()) from None
            thrown = thrown.getCause()
        raise


def _setting(value):
    """The value of a key. Arrays become lists, and the text that a saved stage has is a number or a list again."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple, range)):
        return [_setting(one) for one in value]
    if isinstance(value, str):
        try:
            read = json.loads(value)
        except ValueError:
            return value
        return read if isinstance(read, (bool, int, float, list)) else value
    return value


def _text(value):
    # PySpark's own converter fails on NumPy 2.
    if not isinstance(value, str):
        raise TypeError("%r is no text" % (value,))
    return str(value)


def _texts(value):
    if isinstance(value, str):
        raise TypeError("%r is no list" % (value,))
    return [_text(one) for one in value]


_CONVERTERS = {"Param": _text, "SettingParam": _setting, "AssignmentsParam": _texts}


class _Stage(JavaParams):
    """A stage whose parameters are those of its Java object."""

    def _start(self, values):
        self._java_obj = _java(self._java_name)(self.uid)
        self._create_params_from_java()
        self.setParams(**values)

    def _create_params_from_java(self):
        for param in self._java_obj.params():
            name = param.name()
            kind = param.getClass().getSimpleName()
            setattr(self, name, Param(self, name, param.doc(), _CONVERTERS[kind]))
            self._add_accessors(name)
            if self._java_obj.hasDefault(param):
                default = self._java_obj.getDefault(param).get()
                listed = isinstance(default, (JavaArray, JavaList))
                self._defaultParamMap[getattr(self, name)] = list(default) if listed else default
        self._params = None

    @classmethod
    def _add_accessors(cls, name):
        capital = name[0].upper() + name[1:]
        if not hasattr(cls, "set" + capital):
            setattr(cls, "set" + capital, lambda self, value: self._set(**{name: value}))
            setattr(cls, "get" + capital, lambda self: self.getOrDefault(name))

    def _transfer_params_to_java(self):
        # The defaults are Java's own.
        for param in self.params:
            if self.isSet(param):
                self._java_obj.set(self._make_java_param_pair(param, self._paramMap[param]))

    def setParams(self, **values):
        """Sets parameters by their names, or by what is set: `xCol="picture", dimension=16`. None leaves one as it is."""
        for name, value in values.items():
            setter = getattr(self, "set" + name[:1].upper() + name[1:], None)
            if setter is None:
                raise TypeError("%s has no parameter %s; see explainParams()" % (type(self).__name__, name))
            if value is not None:
                setter(value)
        return self


class _Configured(_Stage):
    """A stage that takes keys of the configuration."""

    def setting(self, key):
        """The parameter of a key of the configuration, such as model.dimension."""
        return self.getParam(self._java_obj.setting(key).name())

    def setSetting(self, key, value):
        """Sets the parameter of a key of the configuration."""
        return self._set(**{self.setting(key).name: value})


class _Assigned(_Stage):
    """A stage that takes further keys."""

    def getSettings(self):
        return self.getOrDefault("settings")

    def setSettings(self, *assignments):
        """Further keys of the configuration that are no parameters, each as KEY=VALUE, or a list of such."""
        one = len(assignments) == 1 and not isinstance(assignments[0], str)
        return self._set(settings=list(assignments[0] if one else assignments))


class ContrastiveEstimator(_Configured, _Assigned, JavaEstimator, JavaMLReadable, JavaMLWritable):
    """Trains two encoders on the pairs of a DataFrame, until they agree on them."""

    _java_name = "ContrastiveEstimator"

    def __init__(self, **values):
        super().__init__()
        self._start(values)

    def setDimension(self, width):
        """Width of the embeddings."""
        return self.setSetting("model.dimension", width)

    def setEpochs(self, passes):
        return self.setSetting("training.epochs", passes)

    def setBatchSize(self, pairs):
        return self.setSetting("training.batchSize", pairs)

    def setLearningRate(self, highest):
        return self.setSetting("training.learningRate", highest)

    def setSeed(self, seed):
        return self.setSetting("training.seed", seed)

    def _fit_java(self, dataset):
        with _plain_errors():
            return super()._fit_java(dataset)

    def _create_model(self, java_model):
        return ContrastiveModel(java_model)


class ContrastiveModel(_Assigned, JavaModel, JavaMLReadable, JavaMLWritable):
    """Two trained encoders: adds the embeddings of a side, or of both, as vectors. Streams are taken, too."""

    _java_name = "ContrastiveModel"

    def __init__(self, java_model=None):
        super().__init__(java_model)
        if java_model is not None:
            self._transfer_params_from_java()

    @classmethod
    def fromDirectory(cls, directory):
        """The model of a directory that `fathom train` or `fathom run` wrote."""
        with _plain_errors():
            return cls._from_java(_java(cls._java_name).fromDirectory(_session()._jsparkSession, directory))

    @property
    def dimension(self):
        """Width of the embeddings."""
        return self._call_java("dimension")

    @property
    def temperature(self):
        """Temperature at the end of training."""
        return self._call_java("temperature")

    @property
    def hasSummary(self):
        """Whether it was trained here, not loaded."""
        return self._call_java("hasSummary")

    @property
    def summary(self):
        """How the training went."""
        if not self.hasSummary:
            raise RuntimeError("%s was loaded and has no summary" % self.uid)
        return ContrastiveSummary(self._java_obj.summary())

    def _transform(self, dataset):
        with _plain_errors():
            return super()._transform(dataset)


class ContrastiveSummary(JavaWrapper):
    """How a training went."""

    @property
    def trainLoss(self):
        """Mean loss of the rounds that ended in the last epoch, in nats."""
        return self._call_java("trainLoss")

    @property
    def validationLoss(self):
        """Loss on the validation split at the end, NaN where there is none."""
        return self._call_java("validationLoss")

    @property
    def temperature(self):
        """Temperature at the end."""
        return self._call_java("temperature")

    @property
    def rounds(self):
        """Number of rounds."""
        return self._call_java("rounds")

    @property
    def recallAt1(self):
        """recall@1 on the validation split, the mean of both directions, NaN where there is none."""
        return self._call_java("recallAt1")


class ContrastiveEvaluator(_Configured, JavaEvaluator, JavaMLReadable, JavaMLWritable):
    """How good pairs of embeddings are: recallAt1, recallAt5, recallAt10 or sharedDimension."""

    _java_name = "ContrastiveEvaluator"

    def __init__(self, **values):
        super().__init__()
        self._start(values)

    @staticmethod
    def smallestWidth(recalls, widths, pairs):
        """The smallest width whose recall is within one standard error of the best, as `fathom sweep` recommends.

        `recalls` are the avgMetrics of a CrossValidatorModel, `pairs` the rows of its frame."""
        jvm = SparkContext._active_spark_context._gateway.jvm
        with _plain_errors():
            return _java("ContrastiveEvaluator").smallestWidth(
                JavaWrapper._new_java_array([float(recall) for recall in recalls], jvm.double),
                JavaWrapper._new_java_array([int(width) for width in widths], jvm.int),
                pairs,
            )

    def _evaluate(self, dataset):
        with _plain_errors():
            return super()._evaluate(dataset)


class IntrinsicDimension:
    """The intrinsic dimension of vectors in a DataFrame. Settings are keys of the section measure, each as KEY=VALUE."""

    @staticmethod
    def of(frame, column, *settings):
        """Measures a column: a row an estimator, with `side`, `estimator`, `estimate`, `low` and `high`."""
        return _measured("of", frame, [column], settings)

    @staticmethod
    def ofPairs(frame, xColumn, yColumn, *settings):
        """Measures two columns whose rows belong together, and the dimension that they share."""
        return _measured("ofPairs", frame, [xColumn, yColumn], settings)

    @staticmethod
    def pointwise(frame, column, output, *settings):
        """Adds the dimension around each vector as a column."""
        return _measured("pointwise", frame, [column, output], settings)


def _measured(how, frame, columns, settings):
    if len(settings) == 1 and not isinstance(settings[0], str):
        settings = settings[0]
    texts = JavaWrapper._new_java_array(list(settings), SparkContext._active_spark_context._gateway.jvm.java.lang.String)
    with _plain_errors():
        measured = getattr(_java("IntrinsicDimension"), how)(frame._jdf, *columns, texts)
    return DataFrame(measured, frame.sparkSession)


def _session():
    return SparkSession.builder.getOrCreate()


def _java(name):
    found = getattr(_session()._jvm.dev.fathom.spark, name)
    if isinstance(found, JavaPackage):
        raise RuntimeError("the JVM has no class %s%s; pass fathom.jar with --jars" % (_PACKAGE, name))
    return found
