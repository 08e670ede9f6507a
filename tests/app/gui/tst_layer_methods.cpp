#include <QTest>

#include "app/gui/layer_methods.h"
#include "core/error.h"

using namespace salient;

namespace {

const std::string kQuery = "model.layers.0.self_attn.q_proj";
const std::string kDown = "model.layers.0.mlp.down_proj";

RecipeRun run(const std::string& method, int bits = 4) {
    MethodSpec base;
    base.grid.bits = bits;
    RecipeRun made;
    made.name = method;
    made.method = methodFromName(method, base);
    return made;
}

Recipe recipeOf(std::vector<RecipeRun> runs) {
    Recipe recipe;
    recipe.runs = std::move(runs);
    return recipe;
}

}  // namespace

class TestLayerMethods : public QObject {
    Q_OBJECT

private slots:
    void anOverrideIsWhatTheStepperShows() {
        Recipe recipe = recipeOf({run("rtn"), run("gptq")});
        recipe.runs[1].method.gptq.damping = 0.05;
        recipe.runs[1].method.overrides = {{.layers = "down_proj", .bits = 8, .group_size = 32}};
        const MethodSpec down = stepperMethod(recipe, kDown);
        QCOMPARE(down.grid.bits, 8);
        QCOMPARE(down.grid.group_size, Index{32});
        QCOMPARE(down.gptq.damping, 0.05);
        QCOMPARE(stepperMethod(recipe, kQuery).grid.bits, 4);
    }

    void aLayerThatARunRoundsOtherwiseIsNotShownAsItsGptq() {
        Recipe recipe = recipeOf({run("gptq", 3), run("gptq", 5)});
        recipe.runs[0].method.overrides = {{.layers = "q_proj", .method = "rtn"}};
        QCOMPARE(stepperMethod(recipe, kQuery).grid.bits, 5);
        QCOMPARE(stepperMethod(recipe, kDown).grid.bits, 3);
        recipe.runs[0].method.overrides.clear();
        recipe.runs[0].method.keep = {"q_proj"};
        QCOMPARE(stepperMethod(recipe, kQuery).grid.bits, 5);
    }

    void gptqAloneIsPreferredToGptqOnScaledWeights() {
        QCOMPARE(stepperMethod(recipeOf({run("awq+gptq", 3), run("gptq", 5)}), kQuery).grid.bits, 5);
        QCOMPARE(stepperMethod(recipeOf({run("awq+gptq", 3), run("rtn", 5)}), kQuery).grid.bits, 3);
    }

    void withoutGptqItIsTheGridOfTheFirstRunOnWeights() {
        Recipe recipe = recipeOf({run("smoothquant"), run("awq", 3)});
        recipe.runs[1].method.grid.is_symmetric = false;
        recipe.runs[1].method.grid.rule = GridRule::Awq;
        recipe.runs[1].method.overrides = {{.layers = "down_proj", .bits = 6}};
        const MethodSpec query = stepperMethod(recipe, kQuery);
        QVERIFY(query.rounding == Rounding::Gptq && query.scaling == Scaling::None);
        QCOMPARE(query.grid.bits, 3);
        QVERIFY(query.grid.rule == GridRule::Gptq);
        QCOMPARE(stepperMethod(recipe, kDown).grid.bits, 6);
        QVERIFY(stepperMethod({}, kQuery).rounding == Rounding::Gptq);
    }

    void anOverrideIsWhatIsTuned() {
        Recipe recipe = recipeOf({run("gptq", 3), run("awq", 4)});
        recipe.runs[1].method.overrides = {{.layers = "down_proj", .bits = 8}};
        QCOMPARE(tunedGrid(recipe, kDown).bits, 8);
        QCOMPARE(tunedGrid(recipe, kQuery).bits, 4);
        recipe.runs[1].method.keep = {"q_proj"};
        QVERIFY(!awqMethod(recipe, kQuery));
        QCOMPARE(tunedGrid(recipe, kQuery).bits, 3);
    }

    void smoothedInt8IsPreferredToPlainInt8() {
        Recipe recipe = recipeOf({run("w8a8"), run("smoothquant")});
        recipe.runs[1].method.activations = ActivationScale::PerTensor;
        QVERIFY(int8Method(recipe, kQuery)->activations == ActivationScale::PerTensor);
        recipe.runs.pop_back();
        QVERIFY(int8Method(recipe, kQuery)->activations == ActivationScale::PerToken);
        QVERIFY(!int8Method(recipeOf({run("gptq")}), kQuery));
    }

    void anExpressionThatIsNoneIsAnError() {
        Recipe recipe = recipeOf({run("gptq")});
        recipe.runs[0].method.keep = {"("};
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(stepperMethod(recipe, kQuery)), Error);
    }
};

QTEST_APPLESS_MAIN(TestLayerMethods)
#include "tst_layer_methods.moc"
