// Damage to configs and to files of weights, beside that of tst_verify.cpp: each diagnosis on a directory damaged in exactly that way.

#include <QTest>

#include "tests/core/exporter/named_damage.h"

using namespace salient;
using namespace salient::samples;
namespace fs = std::filesystem;

namespace {

constexpr const char* kShard = "model-00001-of-00001.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

/// The first group of a compressed-tensors config.
void changeGroup(const fs::path& directory, const std::function<void(Json&)>& change) {
    changeConfig(directory, [&](Json& config) { change(config["config_groups"]["group_0"]); });
}

const std::vector<Damage>& damages() {
    using F = ExportFormat;
    static const std::vector<Damage> all = {
        {"gptq without bits", F::Gptq, "rtn", true, false, Severity::Failure, "config.json: quantization_config: bits: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("bits"); }); }},
        {"gptq without a group size", F::Gptq, "rtn", true, false, Severity::Failure,
         "config.json: quantization_config: group_size: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("group_size"); }); }},
        {"no model_type", F::Gptq, "rtn", true, false, Severity::Warning,
         "config.json: model_type: missing: loaders choose the model's class by it",
         [](const fs::path& d) { changeJson(d / "config.json", [](Json& c) { c.erase("model_type"); }); }},
        {"awq of eight bits by its old name", F::Awq, "rtn", false, false, Severity::Failure,
         "config.json: quantization_config: w_bit: expected 4, the one width of awq's kernels, found 8",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["w_bit"] = 8; }); }},
        {"unknown key of a group", F::CompressedTensors, "rtn", true, false, Severity::Failure,
         "quantization_config: group_0: num_bits: compressed-tensors refuses keys it does not know",
         [](const fs::path& d) { changeGroup(d, [](Json& group) { group["num_bits"] = 4; }); }},
        {"unknown key of activations", F::CompressedTensors, "w8a8", true, false, Severity::Failure,
         "quantization_config: group_0: input_activations: clip_ratio: compressed-tensors refuses keys it does not know",
         [](const fs::path& d) { changeGroup(d, [](Json& group) { group["input_activations"]["clip_ratio"] = 1; }); }},
        {"no groups of layers", F::CompressedTensors, "rtn", true, false, Severity::Failure,
         "config.json: quantization_config: config_groups: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("config_groups"); }); }},
        {"groups of no size", F::CompressedTensors, "rtn", true, false, Severity::Failure,
         "group_0: weights: strategy: expected \"group\" with a positive group size and only then, found \"group\"",
         [](const fs::path& d) { changeGroup(d, [](Json& group) { group["weights"]["group_size"] = nullptr; }); }},
        {"zero point type of a newer release", F::CompressedTensors, "rtn", true, false, Severity::Warning,
         "group_0: weights: zp_dtype: releases before 0.13 refuse this key",
         [](const fs::path& d) { changeGroup(d, [](Json& group) { group["weights"]["zp_dtype"] = "int8"; }); }},
        {"metadata of another framework", F::Gptq, "rtn", true, false, Severity::Warning,
         "model.safetensors: metadata: expected \"format\": \"pt\", found \"np\"",
         [](const fs::path& d) { replaceInFile(d / "model.safetensors", "\"format\":\"pt\"", "\"format\":\"np\""); }},
        {"index without a map", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.safetensors.index.json: expected an object 'weight_map'\n",
         [](const fs::path& d) {
             moveToShard(d, "");
             changeJson(d / kIndex, [](Json& index) { index.erase("weight_map"); });
         }},
        {"listed tensor that the shard lacks", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.safetensors.index.json: expected model.extra.weight in model-00001-of-00001.safetensors, found none",
         [](const fs::path& d) {
             moveToShard(d, "");
             changeJson(d / kIndex, [](Json& index) { index["weight_map"]["model.extra.weight"] = kShard; });
         }},
        {"shard of another directory", F::Gptq, "rtn", true, false, Severity::Failure,
         "expected the plain name of a file in this directory, found '../model.safetensors'",
         [](const fs::path& d) {
             moveToShard(d, "");
             changeJson(d / kIndex, [](Json& index) { index["weight_map"]["model.norm.weight"] = "../model.safetensors"; });
         }},
        {"shard cut short", F::Gptq, "rtn", true, false, Severity::Failure, "model-00001-of-00001.safetensors: readSafetensors: ",
         [](const fs::path& d) {
             moveToShard(d, "");
             fs::resize_file(d / kShard, fs::file_size(d / kShard) - 100);
         }},
        {"weights behind a link", F::Gptq, "rtn", true, false, Severity::Failure, "symbolic link leads out of the model directory",
         [](const fs::path& d) {
             const fs::path outside = d.string() + ".safetensors";
             fs::rename(d / "model.safetensors", outside);
             fs::create_symlink(outside, d / "model.safetensors");
         }},
        {"weights of PyTorch beside them", F::Gptq, "rtn", true, false, Severity::Warning,
         "consolidated.pt: a pickle file beside the weights", [](const fs::path& d) { std::ofstream(d / "consolidated.pt") << "x"; }},
        {"no settings of the tokenizer", F::Gptq, "rtn", true, false, Severity::Note,
         "tokenizer_config.json: missing: transformers then guesses the tokenizer's class",
         [](const fs::path& d) { fs::remove(d / "tokenizer_config.json"); }},
    };
    return all;
}

struct Disagreement {
    const char* key;
    const char* here;   ///< in config.json
    const char* there;  ///< what quantize_config.json says then
};
constexpr Disagreement kDisagreements[] = {{"bits", "4", "8"},
                                           {"group_size", "32", "-1"},
                                           {"sym", "true", "false"},
                                           {"desc_act", "false", "true"},
                                           {"checkpoint_format", "\"gptq\"", "\"gptq_v2\""},
                                           {"dynamic", "null", "{\"-:lm_head\":{}}"}};

}  // namespace

class TestVerifyFiles : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { exports_ = std::make_unique<SmallExports>(); }
    void damageIsNamed_data();
    void damageIsNamed();
    void keysInWhichTwoConfigsDisagreeAreNamed_data();
    void keysInWhichTwoConfigsDisagreeAreNamed();

private:
    std::unique_ptr<SmallExports> exports_;
};

void TestVerifyFiles::damageIsNamed_data() {
    QTest::addColumn<int>("which");
    for (std::size_t i = 0; i < damages().size(); ++i) QTest::newRow(damages()[i].title) << static_cast<int>(i);
}

void TestVerifyFiles::damageIsNamed() {
    QFETCH(int, which);
    const QString problem = diagnosisProblem(*exports_, damages()[static_cast<std::size_t>(which)]);
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

void TestVerifyFiles::keysInWhichTwoConfigsDisagreeAreNamed_data() {
    QTest::addColumn<int>("which");
    for (int i = 0; i < static_cast<int>(std::size(kDisagreements)); ++i) QTest::newRow(kDisagreements[i].key) << i;
}

void TestVerifyFiles::keysInWhichTwoConfigsDisagreeAreNamed() {
    QFETCH(int, which);
    const Disagreement& each = kDisagreements[which];
    const std::string finding =
        std::string("quantize_config.json: ") + each.key + ": expected " + each.here + " as in config.json, found " + each.there + "\n";
    const Damage damage = {each.key, ExportFormat::Gptq, "rtn", true, false, Severity::Failure, finding.c_str(), [&](const fs::path& d) {
                               changeJson(d / "quantize_config.json", [&](Json& config) { config[each.key] = Json::parse(each.there); });
                           }};
    const QString problem = diagnosisProblem(*exports_, damage);
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

QTEST_APPLESS_MAIN(TestVerifyFiles)
#include "tst_verify_files.moc"
