"""The scikit-learn models that are tuned: a search space and how params become an estimator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from optimizer import Boolean, Categorical, Condition, Float, Int, Parameter, SearchSpace

if TYPE_CHECKING:
    from benchmarks.optimizer.problems.base import Point


@dataclass(frozen=True)
class Model:
    """``build`` gives an estimator that is not fitted yet."""

    space: SearchSpace
    build: Callable[[Point], Any]


def _kernel_params() -> list[Parameter]:
    return [
        Parameter("C", Float(1e-2, 1e3, log=True)),
        Parameter("kernel", Categorical(("linear", "rbf", "poly", "sigmoid"))),
        Parameter("gamma", Float(1e-5, 1.0, log=True), Condition("kernel", ("rbf", "poly", "sigmoid"))),
        Parameter("degree", Int(2, 4), Condition("kernel", ("poly",))),
        Parameter("coef0", Float(-1, 1), Condition("kernel", ("poly", "sigmoid"))),
    ]


def _svm(p: Point) -> Any:
    from sklearn.svm import SVC

    return SVC(**p, max_iter=20_000)


def _svr(p: Point) -> Any:
    from sklearn.svm import SVR

    return SVR(**p, max_iter=20_000)


def _gbm(p: Point) -> Any:
    from sklearn.ensemble import GradientBoostingRegressor

    return GradientBoostingRegressor(**p, random_state=0)


def _gbm_classifier(p: Point) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(**p, random_state=0)


def _mlp_fields(p: Point) -> dict[str, Any]:
    fields = {name: value for name, value in p.items() if not name.startswith(("units", "layers"))}
    return {**fields, "hidden_layer_sizes": tuple(p[f"units{i}"] for i in range(p["layers"]))}


def _mlp(p: Point) -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(**_mlp_fields(p), max_iter=25, random_state=0)


def _mlp_regressor(p: Point) -> Any:
    from sklearn.neural_network import MLPRegressor

    return MLPRegressor(**_mlp_fields(p), max_iter=25, random_state=0)


def _tree(p: Point) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(**p, random_state=0)


def _knn(p: Point) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    fields = dict(p)
    return KNeighborsClassifier(**fields, algorithm="brute", n_jobs=1)


def _logistic(p: Point) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(**p, solver="saga", random_state=0)


def _elastic(p: Point) -> Any:
    from sklearn.linear_model import ElasticNet
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    fields = dict(p)
    return make_pipeline(PolynomialFeatures(fields.pop("degree")), ElasticNet(**fields, random_state=0))


def _forest(p: Point) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(**p, random_state=0, n_jobs=1)


def _forest_regressor(p: Point) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(**p, random_state=0, n_jobs=1)


def _ada(p: Point) -> Any:
    from sklearn.ensemble import AdaBoostClassifier
    from sklearn.tree import DecisionTreeClassifier

    fields = dict(p)
    stump = DecisionTreeClassifier(max_depth=fields.pop("max_depth"), random_state=0)
    return AdaBoostClassifier(stump, **fields, random_state=0)


def _pipeline(p: Point) -> Any:
    """A reduction of the features and a classifier, each with knobs of its own."""
    from sklearn.decomposition import PCA
    from sklearn.feature_selection import SelectPercentile
    from sklearn.pipeline import make_pipeline

    steps: list[Any] = []
    if p["reduce"] == "pca":
        steps.append(PCA(p["variance"], svd_solver="full"))
    elif p["reduce"] == "select":
        steps.append(SelectPercentile(percentile=p["percentile"]))
    if p["model"] == "knn":
        model = _knn({"n_neighbors": p["n_neighbors"], "weights": p["weights"]})
    elif p["model"] == "logistic":
        model = _logistic({"C": p["C"], "max_iter": 30})
    else:
        model = _tree({"max_depth": p["max_depth"], "min_samples_leaf": p["min_samples_leaf"]})
    return make_pipeline(*steps, model)


def _boosting_params() -> list[Parameter]:
    return [
        Parameter("learning_rate", Float(1e-3, 1.0, log=True)),
        Parameter("n_estimators", Int(10, 80, log=True)),
        Parameter("max_depth", Int(1, 6)),
        Parameter("subsample", Float(0.3, 1.0)),
        Parameter("min_samples_leaf", Int(1, 40, log=True)),
        Parameter("max_features", Float(0.1, 1.0)),
    ]


def _forest_params() -> list[Parameter]:
    return [
        Parameter("n_estimators", Int(5, 40, log=True)),
        Parameter("max_depth", Int(1, 15)),
        Parameter("max_features", Float(0.05, 1.0)),
        Parameter("min_samples_split", Float(0.002, 0.5, log=True)),
        Parameter("min_samples_leaf", Float(0.002, 0.3, log=True)),
        Parameter("bootstrap", Boolean()),
    ]


def _mlp_params() -> list[Parameter]:
    sgd = Condition("solver", ("sgd",))
    return [
        Parameter("layers", Int(1, 3)),
        *(
            Parameter(f"units{i}", Int(4, 64, log=True), Condition("layers", tuple(range(i + 1, 4))))
            for i in range(3)
        ),
        Parameter("activation", Categorical(("relu", "tanh", "logistic"))),
        Parameter("solver", Categorical(("adam", "sgd"))),
        Parameter("momentum", Float(0, 0.99), sgd),
        Parameter("nesterovs_momentum", Boolean(), sgd),
        Parameter("learning_rate_init", Float(1e-5, 1.0, log=True)),
        Parameter("alpha", Float(1e-6, 10.0, log=True)),
        Parameter("batch_size", Int(8, 128, log=True)),
    ]


MODELS: Final = {
    "svm": Model(SearchSpace(_kernel_params()), _svm),
    "svr": Model(SearchSpace([*_kernel_params(), Parameter("epsilon", Float(1e-3, 1, log=True))]), _svr),
    "gbm": Model(SearchSpace(_boosting_params()), _gbm),
    "gbm-classifier": Model(SearchSpace(_boosting_params()), _gbm_classifier),
    "mlp": Model(SearchSpace(_mlp_params()), _mlp),
    "mlp-regressor": Model(SearchSpace(_mlp_params()), _mlp_regressor),
    "forest": Model(SearchSpace(_forest_params()), _forest),
    "forest-regressor": Model(SearchSpace(_forest_params()), _forest_regressor),
    "tree": Model(
        SearchSpace(
            [
                Parameter("criterion", Categorical(("gini", "entropy"))),
                Parameter("max_depth", Int(1, 15)),
                Parameter("min_samples_split", Float(0.002, 0.9, log=True)),
                Parameter("min_samples_leaf", Float(0.002, 0.4, log=True)),
                Parameter("min_weight_fraction_leaf", Float(0, 0.3)),
                Parameter("max_features", Float(0.05, 1.0)),
                Parameter("min_impurity_decrease", Float(1e-6, 0.5, log=True)),
            ]
        ),
        _tree,
    ),
    "knn": Model(
        SearchSpace(
            [
                Parameter("n_neighbors", Int(1, 50)),
                Parameter("weights", Categorical(("uniform", "distance"))),
                Parameter("metric", Categorical(("minkowski", "cosine", "canberra", "chebyshev"))),
                Parameter("p", Float(1, 5), Condition("metric", ("minkowski",))),
            ]
        ),
        _knn,
    ),
    "logistic": Model(
        SearchSpace(
            [
                Parameter("C", Float(1e-3, 1e3, log=True)),
                Parameter("l1_ratio", Float(0, 1)),
                Parameter("tol", Float(1e-5, 1e-1, log=True)),
                Parameter("max_iter", Int(5, 100, log=True)),
                Parameter("intercept_scaling", Float(1e-2, 1e2, log=True)),
                Parameter("fit_intercept", Boolean()),
            ]
        ),
        _logistic,
    ),
    "elastic": Model(
        SearchSpace(
            [
                Parameter("degree", Int(1, 2)),
                Parameter("alpha", Float(1e-4, 10, log=True)),
                Parameter("l1_ratio", Float(0.01, 1)),
                Parameter("selection", Categorical(("cyclic", "random"))),
                Parameter("tol", Float(1e-5, 1e-1, log=True)),
                Parameter("max_iter", Int(5, 200, log=True)),
            ]
        ),
        _elastic,
    ),
    "ada": Model(
        SearchSpace(
            [
                Parameter("n_estimators", Int(3, 40, log=True)),
                Parameter("learning_rate", Float(1e-3, 10, log=True)),
                Parameter("max_depth", Int(1, 5)),
            ]
        ),
        _ada,
    ),
    "pipeline": Model(
        SearchSpace(
            [
                Parameter("reduce", Categorical(("nothing", "pca", "select"))),
                Parameter("variance", Float(0.3, 0.999), Condition("reduce", ("pca",))),
                Parameter("percentile", Int(5, 100), Condition("reduce", ("select",))),
                Parameter("model", Categorical(("knn", "logistic", "tree"))),
                Parameter("n_neighbors", Int(1, 50), Condition("model", ("knn",))),
                Parameter("weights", Categorical(("uniform", "distance")), Condition("model", ("knn",))),
                Parameter("C", Float(1e-4, 1e3, log=True), Condition("model", ("logistic",))),
                Parameter("max_depth", Int(1, 15), Condition("model", ("tree",))),
                Parameter("min_samples_leaf", Int(1, 60, log=True), Condition("model", ("tree",))),
            ]
        ),
        _pipeline,
    ),
}
