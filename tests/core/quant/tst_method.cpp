#include <QTest>

#include "core/quant/method.h"
#include "tests/core/quant/cases.h"

using namespace salient;
using namespace salient::test;

class TestMethod : public QObject {
    Q_OBJECT
private slots:
    void everyNameNamesItsMethod();
    void namesMapToScalingAndRounding_data();
    void namesMapToScalingAndRounding();
    void int8MethodsRoundWeightsPerRow();
    void awqRuleIsForAsymmetricAwqAlone();
    void optionsOfTheBaseAreKept();
    void unknownNameListsTheKnownOnes();
    void contradictionsAreNamed();
};

void TestMethod::everyNameNamesItsMethod() {
    MethodSpec base;
    base.grid.bits = 8;  // where smoothquant+gptq also rounds activations
    for (const std::string& name : methodNames()) {
        QCOMPARE(std::string(methodName(methodFromName(name))), name);
        QCOMPARE(std::string(methodName(methodFromName(name, base))), name);
        methodFromName(name, base).validate();
    }
}

void TestMethod::namesMapToScalingAndRounding_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("scaling");
    QTest::addColumn<int>("rounding");
    QTest::addColumn<bool>("int8_activations");
    const auto add = [](const char* name, Scaling scaling, Rounding rounding, bool int8) {
        QTest::newRow(name) << name << int(scaling) << int(rounding) << int8;
    };
    add("rtn", Scaling::None, Rounding::Nearest, false);
    add("gptq", Scaling::None, Rounding::Gptq, false);
    add("awq", Scaling::Awq, Rounding::Nearest, false);
    add("smoothquant", Scaling::SmoothQuant, Rounding::Nearest, true);
    add("awq+gptq", Scaling::Awq, Rounding::Gptq, false);
    add("smoothquant+gptq", Scaling::SmoothQuant, Rounding::Gptq, false);
    add("w8a8", Scaling::None, Rounding::Nearest, true);
}

void TestMethod::namesMapToScalingAndRounding() {
    QFETCH(QString, name);
    QFETCH(int, scaling);
    QFETCH(int, rounding);
    QFETCH(bool, int8_activations);
    const MethodSpec spec = methodFromName(name.toStdString());
    QCOMPARE(int(spec.scaling), scaling);
    QCOMPARE(int(spec.rounding), rounding);
    QCOMPARE(spec.activations != ActivationScale::None, int8_activations);
}

void TestMethod::int8MethodsRoundWeightsPerRow() {
    MethodSpec base;
    base.grid.bits = 3;
    base.grid.group_size = 64;
    base.grid.is_symmetric = false;
    for (const char* name : {"smoothquant", "w8a8"}) {
        const GridSpec grid = methodFromName(name, base).grid;
        QCOMPARE(grid.bits, 8);
        QCOMPARE(grid.group_size, Index{-1});
        QVERIFY(grid.is_symmetric);
        QCOMPARE(grid.rule, GridRule::Int8);
    }
    QCOMPARE(methodFromName("smoothquant+gptq", base).grid.group_size, Index{64});
    base.grid.bits = 8;
    const MethodSpec eight = methodFromName("smoothquant+gptq", base);
    QCOMPARE(eight.activations, ActivationScale::PerToken);
    QCOMPARE(eight.grid.group_size, Index{-1});
    base.activations = ActivationScale::PerTensor;
    QCOMPARE(methodFromName("w8a8", base).activations, ActivationScale::PerTensor);
}

void TestMethod::awqRuleIsForAsymmetricAwqAlone() {
    MethodSpec base;
    base.grid.is_symmetric = false;
    QCOMPARE(methodFromName("awq", base).grid.rule, GridRule::Awq);
    QCOMPARE(methodFromName("awq+gptq", base).grid.rule, GridRule::Gptq);
    QCOMPARE(methodFromName("rtn", methodFromName("awq", base)).grid.rule, GridRule::Gptq);
    base.grid.is_symmetric = true;
    QCOMPARE(methodFromName("awq", base).grid.rule, GridRule::Gptq);
}

void TestMethod::optionsOfTheBaseAreKept() {
    MethodSpec base;
    base.grid.bits = 3;
    base.grid.group_size = 32;
    base.grid.mse_search = true;
    base.gptq.act_order = true;
    base.awq.duo = true;
    base.smoothquant.alpha = 0.8;
    base.true_sequential = true;
    base.feed = MethodSpec::Feed::Quantized;
    base.keep = {"lm_head"};
    const MethodSpec spec = methodFromName("awq+gptq", base);
    QCOMPARE(spec.grid.bits, 3);
    QCOMPARE(spec.grid.group_size, Index{32});
    QVERIFY(spec.grid.mse_search && spec.gptq.act_order && spec.awq.duo && spec.true_sequential);
    QCOMPARE(spec.smoothquant.alpha, 0.8);
    QCOMPARE(spec.feed, MethodSpec::Feed::Quantized);
    QCOMPARE(spec.keep, base.keep);
}

void TestMethod::unknownNameListsTheKnownOnes() {
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)methodFromName("gptx"); }, &message), int(ErrorCode::InvalidOption));
    for (const std::string& name : methodNames()) QVERIFY(message.find(name) != std::string::npos);
    QVERIFY(message.find("gptx") != std::string::npos);
}

void TestMethod::contradictionsAreNamed() {
    std::string message;
    MethodSpec spec;
    spec.activations = ActivationScale::PerToken;  // with groups of 128
    QCOMPARE(errorCodeOf([&] { spec.validate(); }, &message), int(ErrorCode::InvalidOption));
    QVERIFY2(message.find("one weight scale per row") != std::string::npos, message.c_str());
    spec.grid.group_size = -1;
    spec.grid.is_symmetric = false;
    QCOMPARE(errorCodeOf([&] { spec.validate(); }, &message), int(ErrorCode::InvalidOption));
    QVERIFY2(message.find("symmetric") != std::string::npos, message.c_str());
    MethodSpec keep;
    keep.keep = {"(unclosed"};
    QCOMPARE(errorCodeOf([&] { keep.validate(); }, &message), int(ErrorCode::InvalidOption));
    QVERIFY2(message.find("(unclosed") != std::string::npos, message.c_str());
}

QTEST_APPLESS_MAIN(TestMethod)
#include "tst_method.moc"
