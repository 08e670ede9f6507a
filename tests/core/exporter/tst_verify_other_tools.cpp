// Quantized directories as other tools leave them (tests/data/packed/make_models.py), as they are and damaged.

#include <QStringList>
#include <QTemporaryDir>
#include <QTest>

#include "tests/core/exporter/checkpoint_damage.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::samples;
namespace fs = std::filesystem;

namespace {

const fs::path kOtherTools = salient::test::testDataFolder() / "packed" / "models";

const std::string kQuery = "model.layers.0.self_attn.q_proj";
const std::string kKey = "model.layers.0.self_attn.k_proj";

/// Gives the activations of the directory int8 one stored scale each.
void makeStatic(const fs::path& directory, bool symmetric) {
    changeConfig(directory, [&](Json& c) {
        Json& activations = c["config_groups"]["group_0"]["input_activations"];
        activations["strategy"] = "tensor";
        activations["dynamic"] = false;
        activations["symmetric"] = symmetric;
    });
    const auto model = Model::open(kOtherTools / "int8" / "expected");
    changeTensors(directory, [&](OpenFile& f) {
        const std::vector<float> one = {1.0F};
        for (const LinearInfo& linear : model->linears) f.add({linear.name + ".input_scale", DType::F32, {1}}, fromFloats(one, DType::F32));
    });
}

struct Damage {
    const char* title;
    const char* directory;
    const char* finding;
    std::function<void(const fs::path&)> harm;
};

/// What only a form that is not ours can suffer. All are failures.
const std::vector<Damage>& damages() {
    static const std::vector<Damage> all = {
        {"packed head that the config does not mention", "gptq-mixed", "lm_head: packed, but the config does not say \"lm_head\": true",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("lm_head"); }); }},
        {"static scale of zero", "int8", "model.layers.0.self_attn.q_proj: input_scale: expected a positive number, found 0",
         [](const fs::path& d) {
             makeStatic(d, true);
             changeTensors(d, [](OpenFile& f) { f.as<float>(kQuery + ".input_scale")[0] = 0.0F; });
         }},
        {"scale of inputs that are not rounded", "packed", "model.layers.0.self_attn.q_proj.input_scale: no module of this model",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) { f.add({kQuery + ".input_scale", DType::F32, {1}}, std::vector<std::byte>(4)); });
         }},
        {"packed head with a scale that was too large", "gptq-mixed",
         "lm_head: scale of output 3, group 0: expected a finite number, found infinity: F16 holds nothing beyond 65504",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.as<std::uint16_t>("lm_head.scales")[3] = 0x7C00; }); }},
        {"packed head without scales", "gptq-mixed", "lm_head: readStoredLayer: lm_head.scales: expected [1, 64], found no such tensor",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.remove("lm_head.scales"); }); }},
        {"no head", "gptq-mixed", "lm_head.weight: expected a tensor, found none",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (const char* part : {".qweight", ".qzeros", ".scales", ".g_idx"}) f.remove("lm_head" + std::string(part));
             });
         }},
        {"infinite scale in BF16", "packed",
         "model.layers.0.self_attn.q_proj: scale of output 0, group 0: expected a finite number, found infinity\n",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.as<std::uint16_t>(kQuery + ".weight_scale")[0] = 0x7F80; }); }},
        {"scale of keys that are not rounded", "int8", "model.layers.0.self_attn.k_scale: no module of this model has that name",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) { f.add({"model.layers.0.self_attn.k_scale", DType::F32, {1}}, std::vector<std::byte>(4)); });
         }},
    };
    return all;
}

}  // namespace

class TestVerifyOtherTools : public QObject {
    Q_OBJECT

private slots:
    void directoriesPass_data();
    void directoriesPass();
    void damageIsNamed_data();
    void damageIsNamed();
    void scalesOfActivationsKeysAndValuesAreKnown();
    void aRouterThatTheConfigDoesNotMentionIsNamed();
    void scalesOfAnActivationThatAreAllOneAreNamed();

private:
    fs::path copyOf(const char* name);

    QTemporaryDir directory_;
    int n_copies_ = 0;
};

fs::path TestVerifyOtherTools::copyOf(const char* name) {
    const fs::path target = pathOf(directory_, ("copy" + std::to_string(n_copies_++)).c_str());
    fs::copy(kOtherTools / name, target, fs::copy_options::recursive);
    return target;
}

void TestVerifyOtherTools::directoriesPass_data() {
    QTest::addColumn<QString>("failure");
    // What some of them lack for loaders other than their tool.
    const char* own_orders = "g_idx: expected that of ";  // each layer was given an order of its own
    const char* own_file = "config.json: quantization_config: missing";
    const std::map<std::string, const char*> lacking = {
        {"gptq", own_orders}, {"packed", own_orders}, {"gptq-v2", own_file}, {"awq-old", own_file}};
    for (const auto& entry : fs::directory_iterator(kOtherTools)) {
        if (!entry.is_directory()) continue;
        const std::string name = entry.path().filename().string();
        const auto found = lacking.find(name);
        QTest::newRow(name.c_str()) << QString(found == lacking.end() ? "" : found->second);
    }
}

void TestVerifyOtherTools::directoriesPass() {
    QFETCH(QString, failure);
    const fs::path directory = kOtherTools / QTest::currentDataTag();
    JobContext job;
    const VerifyReport report = verifyCheckpoint(directory, Model::open(directory / "expected"), job);
    const QStringList failures = text(report).split('\n', Qt::SkipEmptyParts);
    QVERIFY2(failures.isEmpty() == failure.isEmpty(), qPrintable(text(report)));
    for (const QString& found : failures) QVERIFY2(found.contains(failure), qPrintable(found));
    QVERIFY(report.n_layers > 0);
    QVERIFY(report.worst_relative_weight_error >= 0.0 && report.worst_relative_weight_error < 1e-6);
}

void TestVerifyOtherTools::damageIsNamed_data() {
    QTest::addColumn<int>("which");
    for (std::size_t i = 0; i < damages().size(); ++i) QTest::newRow(damages()[i].title) << static_cast<int>(i);
}

void TestVerifyOtherTools::damageIsNamed() {
    QFETCH(int, which);
    const Damage& damage = damages()[static_cast<std::size_t>(which)];
    const fs::path target = copyOf(damage.directory);
    JobContext job;
    const QString before = text(verifyCheckpoint(target, nullptr, job), Severity::Note);
    QVERIFY2(!before.contains(damage.finding), qPrintable(before));
    damage.harm(target);
    const QString found = text(verifyCheckpoint(target, nullptr, job));
    QVERIFY2(found.contains(damage.finding), qPrintable(found));
}

void TestVerifyOtherTools::scalesOfActivationsKeysAndValuesAreKnown() {
    const fs::path target = copyOf("int8");
    makeStatic(target, false);
    changeConfig(target, [](Json& c) { c["kv_cache_scheme"] = Json::object({{"num_bits", 8}, {"type", "float"}}); });
    const std::string key_scale = "model.layers.0.self_attn.k_scale";
    changeTensors(target, [&](OpenFile& f) {
        f.add({kQuery + ".input_zero_point", DType::I8, {1}}, std::vector<std::byte>(1));
        for (const std::string& name : {kKey + ".output_scale", key_scale, std::string("model.layers.0.self_attn.v_scale")})
            f.add({name, DType::F32, {1}}, std::vector<std::byte>(4));
    });
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, nullptr, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    const auto model = Model::open(target);
    QVERIFY(!model->checkpoint->contains(key_scale) && !model->checkpoint->contains(kQuery + ".input_zero_point"));
    QVERIFY2(
        model->quantization().ends_with("activations rounded by its loaders, not here, keys and values rounded by its loaders, not here"),
        model->quantization().c_str());
}

/// Loaders that know the family leave its routers as they are; others look for packed tensors.
void TestVerifyOtherTools::aRouterThatTheConfigDoesNotMentionIsNamed() {
    const fs::path target = copyOf("awq-experts");
    const QString said =
        "model.layers.0.block_sparse_moe.gate: in floating point, but the config does not say so: loaders that do not know it for a router";
    JobContext job;
    QVERIFY(!text(verifyCheckpoint(target, nullptr, job), Severity::Warning).contains(said));
    changeConfig(target, [](Json& c) { c["modules_to_not_convert"] = nullptr; });
    const VerifyReport report = verifyCheckpoint(target, nullptr, job);
    const QString found = text(report, Severity::Warning);
    QVERIFY2(report.passed() && found.contains(said), qPrintable(found));
}

/// All four layers of attention have 32 inputs, so that nothing tells which of them the activation would stand in front of.
void TestVerifyOtherTools::scalesOfAnActivationThatAreAllOneAreNamed() {
    const fs::path target = copyOf("awq");
    const std::string name = "model.layers.0.self_attn.act.scales";
    changeTensors(target, [&](OpenFile& f) { f.add({name, DType::F16, {32}}, fromFloats(std::vector<float>(32, 1.0F), DType::F16)); });
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, nullptr, job);
    const QString found = text(report, Severity::Warning);
    const QString said = QString::fromStdString(name) + ": scales of an activation that are all 1";
    QVERIFY2(report.passed() && found.contains(said), qPrintable(found));
}

QTEST_APPLESS_MAIN(TestVerifyOtherTools)
#include "tst_verify_other_tools.moc"
