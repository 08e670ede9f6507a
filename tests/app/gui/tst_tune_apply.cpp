#include <QTest>
#include <algorithm>

#include "app/gui/session.h"
#include "app/gui/tune_apply.h"
#include "core/error.h"
#include "core/io/name_pattern.h"
#include "tests/app/gui/demo.h"
#include "tests/support/places.h"

using namespace salient;
using demo::runOf;

namespace {

const std::string kQuery = "model.layers.0.self_attn.q_proj";

std::vector<std::string> namesOf(const std::vector<const LinearInfo*>& layers) {
    std::vector<std::string> names;
    for (const LinearInfo* layer : layers) names.push_back(layer->name);
    return names;
}

/// The layers that an expression matches, routers aside.
std::vector<std::string> matchesOf(const Model& model, const std::string& expression) {
    const NamePattern pattern(expression, "test");
    std::vector<std::string> names;
    for (const LinearInfo& linear : model.linears) {
        if (!isRouter(linear.role) && pattern.occursIn(linear.name)) names.push_back(linear.name);
    }
    return names;
}

double ratioOf(Recipe recipe, const std::string& layer) { return methodFor(runOf(recipe, "awq").method, layer).awq.fixed_ratio; }

}  // namespace

class TestTuneApply : public QObject {
    Q_OBJECT

    std::shared_ptr<const Model> model_;
    Recipe recipe_;

    [[nodiscard]] TunedRecipe applied(const Recipe& recipe, const std::string& layer, double value, TuneReach reach,
                                      TunedSetting setting = TunedSetting::AwqRatio) const {
        return applyTuned(*model_, recipe, model_->linear(layer), setting, value, reach);
    }

private slots:
    void initTestCase() {
        model_ = Model::open(demo::modelFolder());
        recipe_ = proposedRecipe(*model_);
    }

    void reachIsTheInputOrItsLikeInAllBlocks() {
        const LinearInfo& query = model_->linear(kQuery);
        const std::vector<std::string> one = namesOf(layersOfReach(*model_, query, TuneReach::OneInput));
        QCOMPARE(one, (std::vector<std::string>{kQuery, "model.layers.0.self_attn.k_proj", "model.layers.0.self_attn.v_proj"}));
        QCOMPARE(layersOfReach(*model_, query, TuneReach::AllLikeIt).size(), std::size_t{12});
    }

    void anExpressionMeansExactlyItsLayers_data() {
        QTest::addColumn<QString>("folder");
        QTest::newRow("llama") << QString();
        for (const char* name : {"gpt2", "mixtral", "qwen2_moe", "qwen2_moe-some", "phi3"}) QTest::newRow(name) << QString(name);
    }
    void anExpressionMeansExactlyItsLayers() {
        QFETCH(QString, folder);
        const auto model = folder.isEmpty() ? model_ : Model::open(salient::test::testDataFolder() / "models" / folder.toStdString());
        for (const LinearInfo& linear : model->linears) {
            if (isRouter(linear.role)) continue;
            for (const TuneReach reach : {TuneReach::OneInput, TuneReach::AllLikeIt}) {
                const auto layers = layersOfReach(*model, linear, reach);
                QVERIFY(std::ranges::any_of(layers, [&](const LinearInfo* one) { return one->name == linear.name; }));
                QCOMPARE(matchesOf(*model, expressionOf(*model, layers)), namesOf(layers));
            }
        }
    }

    void anExpressionOfAnyLayersMeansExactlyThose() {
        const auto model = Model::open(salient::test::testDataFolder() / "models/mixtral");
        // Numbers of two kinds that do not go together freely: no pattern of numbers says it.
        const std::vector<const LinearInfo*> layers{&model->linear("model.layers.0.block_sparse_moe.experts.1.w1"),
                                                    &model->linear("model.layers.1.block_sparse_moe.experts.2.w1")};
        QCOMPARE(matchesOf(*model, expressionOf(*model, layers)), namesOf(layers));
        const std::vector<const LinearInfo*> blocks{&model_->linear("model.layers.1.mlp.up_proj"),
                                                    &model_->linear("model.layers.3.mlp.up_proj")};
        QCOMPARE(matchesOf(*model_, expressionOf(*model_, blocks)), namesOf(blocks));
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(expressionOf(*model_, {})), Error);
    }

    void oneInputGetsItsOwnRatio() {
        const TunedRecipe tuned = applied(recipe_, kQuery, 0.35, TuneReach::OneInput);
        QCOMPARE(tuned.n_layers, std::size_t{3});
        QVERIFY(!tuned.is_new_run);
        QCOMPARE(tuned.recipe.runs.size(), recipe_.runs.size());
        QCOMPARE(tuned.run, runOf(recipe_, "awq").name);
        for (const char* part : {"q_proj", "k_proj", "v_proj"})
            QCOMPARE(ratioOf(tuned.recipe, std::string("model.layers.0.self_attn.") + part), 0.35);
        for (const char* other : {"model.layers.0.self_attn.o_proj", "model.layers.0.mlp.up_proj", "model.layers.1.self_attn.q_proj"})
            QCOMPARE(ratioOf(tuned.recipe, other), -1.0);
        tuned.recipe.validate();
    }

    void allLikeItGetIt() {
        TunedRecipe tuned = applied(recipe_, kQuery, 0.35, TuneReach::AllLikeIt);
        QCOMPARE(tuned.n_layers, std::size_t{12});
        for (int block = 0; block < 4; ++block) {
            const std::string prefix = "model.layers." + std::to_string(block) + ".";
            QCOMPARE(ratioOf(tuned.recipe, prefix + "self_attn.v_proj"), 0.35);
            QCOMPARE(ratioOf(tuned.recipe, prefix + "mlp.up_proj"), -1.0);
        }
        QCOMPARE(runOf(tuned.recipe, "awq").method.overrides.size(), std::size_t{1});
    }

    void smoothQuantsAlphaIsWrittenLikewise() {
        TunedRecipe tuned = applied(recipe_, "model.layers.2.mlp.gate_proj", 0.8, TuneReach::OneInput, TunedSetting::SmoothAlpha);
        QCOMPARE(tuned.n_layers, std::size_t{2});
        const MethodSpec& method = runOf(tuned.recipe, "smoothquant").method;
        QCOMPARE(methodFor(method, "model.layers.2.mlp.up_proj").smoothquant.alpha, 0.8);
        QCOMPARE(methodFor(method, "model.layers.1.mlp.up_proj").smoothquant.alpha, 0.5);
    }

    void aClipIsWrittenBesideTheRatio() {
        Recipe recipe = recipe_;
        runOf(recipe, "awq").method.awq.search_clip = false;
        recipe = applied(recipe, kQuery, 0.35, TuneReach::OneInput).recipe;
        TunedRecipe tuned = applied(recipe, kQuery, 0.8, TuneReach::AllLikeIt, TunedSetting::AwqClip);
        QVERIFY(!tuned.is_new_run);
        QCOMPARE(tuned.n_layers, std::size_t{12});
        const MethodSpec& method = runOf(tuned.recipe, "awq").method;
        for (int block = 0; block < 4; ++block) {
            const std::string prefix = "model.layers." + std::to_string(block) + ".";
            const AwqOptions own = methodFor(method, prefix + "self_attn.v_proj").awq;
            QVERIFY(own.search_clip);  // clipped although the run clips nothing
            QCOMPARE(own.fixed_clip, 0.8);
            QCOMPARE(own.fixed_ratio, block == 0 ? 0.35 : -1.0);
            const AwqOptions other = methodFor(method, prefix + "mlp.up_proj").awq;
            QVERIFY(!other.search_clip && other.fixed_clip < 0.0);
        }
        // Where no scales can go a clip still can; a new run is AWQ's.
        const std::string output = "model.layers.1.self_attn.o_proj";
        std::erase_if(recipe.runs, [](const RecipeRun& run) { return run.method.scaling != Scaling::None; });
        tuned = applied(recipe, output, 0.9, TuneReach::OneInput, TunedSetting::AwqClip);
        QVERIFY(tuned.is_new_run);
        QCOMPARE(methodFor(tuned.recipe.runs.back().method, output).awq.fixed_clip, 0.9);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(applied(recipe_, kQuery, 0.01, TuneReach::OneInput, TunedSetting::AwqClip)), Error);
    }

    void whatEarlierOverridesSayStays() {
        Recipe recipe = recipe_;
        MethodSpec& awq = runOf(recipe, "awq").method;
        awq.overrides = {{.layers = R"(\.1\.self_attn)", .bits = 8}, {.layers = "self_attn", .bits = 3}};
        const TunedRecipe tuned = applied(recipe, kQuery, 0.35, TuneReach::AllLikeIt);
        Recipe after = tuned.recipe;
        const MethodSpec& method = runOf(after, "awq").method;
        QCOMPARE(methodFor(method, kQuery).grid.bits, 3);
        QCOMPARE(methodFor(method, kQuery).awq.fixed_ratio, 0.35);
        QCOMPARE(methodFor(method, "model.layers.1.self_attn.k_proj").grid.bits, 8);
        QCOMPARE(methodFor(method, "model.layers.1.self_attn.k_proj").awq.fixed_ratio, 0.35);
        QCOMPARE(methodFor(method, "model.layers.1.self_attn.o_proj").grid.bits, 8);
        QCOMPARE(methodFor(method, "model.layers.1.self_attn.o_proj").awq.fixed_ratio, -1.0);
    }

    void theLatestValueCounts() {
        Recipe recipe = applied(recipe_, kQuery, 0.35, TuneReach::OneInput).recipe;
        recipe = applied(recipe, kQuery, 0.4, TuneReach::OneInput).recipe;
        QCOMPARE(runOf(recipe, "awq").method.overrides.size(), std::size_t{1});
        QCOMPARE(ratioOf(recipe, kQuery), 0.4);
        recipe = applied(recipe, "model.layers.3.self_attn.k_proj", 0.6, TuneReach::AllLikeIt).recipe;
        for (int block = 0; block < 4; ++block)
            QCOMPARE(ratioOf(recipe, "model.layers." + std::to_string(block) + ".self_attn.q_proj"), 0.6);
        recipe = applied(recipe, kQuery, 0.1, TuneReach::OneInput).recipe;
        QCOMPARE(ratioOf(recipe, kQuery), 0.1);
        QCOMPARE(ratioOf(recipe, "model.layers.1.self_attn.q_proj"), 0.6);
    }

    void withoutARunThatScalesSoThereIsANewOne() {
        Recipe recipe = recipe_;
        std::erase_if(recipe.runs, [](const RecipeRun& run) { return run.method.scaling != Scaling::None; });
        const std::size_t n_runs = recipe.runs.size();
        const TunedRecipe tuned = applied(recipe, kQuery, 0.35, TuneReach::OneInput);
        QVERIFY(tuned.is_new_run);
        QCOMPARE(tuned.recipe.runs.size(), n_runs + 1);
        QCOMPARE(tuned.recipe.runs.back().name, tuned.run);
        QCOMPARE(tuned.recipe.runs.back().method.grid.group_size, recipe.runs.front().method.grid.group_size);
        QCOMPARE(ratioOf(tuned.recipe, kQuery), 0.35);

        Recipe keeping = recipe_;
        runOf(keeping, "awq").method.keep = {R"(layers\.0\.)"};  // that run does not round the layer
        QVERIFY(applied(keeping, kQuery, 0.35, TuneReach::OneInput).is_new_run);
    }

    void whatNoRecipeMayHoldIsAnError() {
        Recipe recipe = recipe_;
        runOf(recipe, "awq").method.overrides = {{.layers = R"(0\.self_attn\.q_proj)", .method = "rtn"}};
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(applied(recipe, "model.layers.0.self_attn.k_proj", 0.35, TuneReach::OneInput)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(applied(recipe_, kQuery, -0.5, TuneReach::OneInput)), Error);
    }

    void theTargetOfTheScalesIsTold() {
        const ScaleTarget query = scaleTarget(*model_, recipe_, model_->linear(kQuery));
        QVERIFY(query.kind == Absorber::Kind::Norm);
        QCOMPARE(query.name, QStringLiteral("model.layers.0.input_layernorm"));
        // Two query heads share a key head: no row of the value layer can be divided for one of them.
        QVERIFY(scaleTarget(*model_, recipe_, model_->linear("model.layers.0.self_attn.o_proj")).kind == Absorber::Kind::None);
        const LinearInfo& down = model_->linear("model.layers.1.mlp.down_proj");
        const ScaleTarget target = scaleTarget(*model_, recipe_, down);
        QVERIFY(target.kind == Absorber::Kind::Linear && target.takes_awq && target.takes_smooth);
        QCOMPARE(target.name, QStringLiteral("model.layers.1.mlp.up_proj"));
        Recipe norms_alone = recipe_;
        runOf(norms_alone, "awq").method.fold_into_linears = false;
        QVERIFY(!scaleTarget(*model_, norms_alone, down).takes_awq);
        QVERIFY(scaleTarget(*model_, norms_alone, down).takes_smooth);
    }
};

QTEST_APPLESS_MAIN(TestTuneApply)
#include "tst_tune_apply.moc"
