#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <set>

#include "core/exporter/verify/reload_check.h"
#include "tests/core/exporter/sample_models.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::samples;

/// Quantize, write, read back through the independent readers, compare: families × formats × widths × groups × methods.
class TestExportRoundTrip : public QObject {
    Q_OBJECT

private slots:
    void everyWeightComesBack_data();
    void everyWeightComesBack();
    void configsLeaveRoutersInFloatingPoint();
    void demoModelSurvivesEveryFormat_data();
    void demoModelSurvivesEveryFormat();
};

namespace {

struct Case {
    ExportFormat format = ExportFormat::Gptq;
    const char* method = "rtn";
    int bits = 4;
    bool symmetric = true;
    Index group_size = 32;
    bool act_order = false;
    bool static_groups = false;
    ActivationScale activations = ActivationScale::None;
    int first_block_bits = 0;  ///< another width, and groups of 16, for the layers of block 0
};

const Case kCases[] = {
    {ExportFormat::Gptq, "rtn", 2, true, 32},
    {ExportFormat::Gptq, "rtn", 3, true, 32},
    {ExportFormat::Gptq, "rtn", 4, true, -1},
    {ExportFormat::Gptq, "rtn", 8, true, 64},
    {ExportFormat::Gptq, "rtn", 2, false, 32},
    {ExportFormat::Gptq, "rtn", 3, false, 16},
    {ExportFormat::Gptq, "rtn", 4, false, 32},
    {ExportFormat::Gptq, "rtn", 8, false, -1},
    {ExportFormat::Gptq, "gptq", 4, true, 32, true},
    {ExportFormat::Gptq, "gptq", 3, false, 32, true},
    {ExportFormat::Gptq, "gptq", 4, true, 32, true, true},
    {ExportFormat::Gptq, "gptq", 4, true, -1, true},
    {ExportFormat::Gptq, "awq+gptq", 4, true, 32},
    {ExportFormat::Gptq, "gptq", 4, true, 32, true, false, ActivationScale::None, 8},
    {ExportFormat::Gptq, "awq+gptq", 4, false, 32, false, false, ActivationScale::None, 3},
    {ExportFormat::Awq, "awq", 4, false, 32},
    {ExportFormat::Awq, "awq", 4, false, -1},
    {ExportFormat::Awq, "rtn", 4, true, 64},
    {ExportFormat::Awq, "gptq", 4, false, 32, true, true},
    {ExportFormat::CompressedTensors, "rtn", 4, true, 32},
    {ExportFormat::CompressedTensors, "gptq", 4, false, 32},
    {ExportFormat::CompressedTensors, "gptq", 4, true, 32, true},
    {ExportFormat::CompressedTensors, "rtn", 4, false, -1},
    {ExportFormat::CompressedTensors, "rtn", 8, true, -1},
    {ExportFormat::CompressedTensors, "awq", 8, false, 32},
    {ExportFormat::CompressedTensors, "smoothquant", 8, true, -1},
    {ExportFormat::CompressedTensors, "smoothquant+gptq", 8, true, -1},
    {ExportFormat::CompressedTensors, "w8a8", 8, true, -1, false, false, ActivationScale::PerTensor},
    {ExportFormat::CompressedTensors, "gptq", 4, true, 32, true, false, ActivationScale::None, 8},
    {ExportFormat::CompressedTensors, "awq", 8, false, 32, false, false, ActivationScale::None, 4},
    {ExportFormat::Dequantized, "rtn", 5, true, 32},
    {ExportFormat::Dequantized, "awq", 4, false, 32, false, false, ActivationScale::None, 6},
    {ExportFormat::Dequantized, "awq", 4, false, 32},
    {ExportFormat::Dequantized, "gptq", 3, false, 32, true},
    {ExportFormat::Dequantized, "smoothquant", 8, true, -1},
    {ExportFormat::Dequantized, "gptq", 4, false, 24},  // the last group is shorter
};

GridSpec gridOf(const Case& c) {
    GridSpec grid;
    grid.bits = c.bits;
    grid.is_symmetric = c.symmetric;
    grid.group_size = c.group_size;
    return grid;
}

MethodSpec methodOf(const Model& model, const Case& c) {
    MethodSpec method = methodFor(model, c.format, c.method, gridOf(c));
    if (c.activations != ActivationScale::None) method.activations = c.activations;
    method.gptq.act_order = c.act_order;
    method.gptq.static_groups = c.static_groups;
    if (c.first_block_bits > 0) method.overrides = {{R"(^\D*\.0\.)", std::nullopt, c.first_block_bits, 16}};
    return method;
}

QByteArray title(const Case& c) {
    return QByteArray(name(c.format).data()) + " " + c.method + " w" + QByteArray::number(c.bits) + (c.symmetric ? " sym" : " asym") +
           " g" + QByteArray::number(static_cast<int>(c.group_size)) + (c.act_order ? " act-order" : "") +
           (c.static_groups ? " static" : "") + (c.activations == ActivationScale::PerTensor ? " per tensor" : "") +
           (c.first_block_bits > 0 ? " first block w" + QByteArray::number(c.first_block_bits) : "");
}

void addFamilies() {
    QTest::addColumn<QString>("family");
    QTest::addColumn<int>("type");
    QTest::newRow("llama F16") << "llama" << static_cast<int>(DType::F16);
    QTest::newRow("llama BF16") << "llama" << static_cast<int>(DType::BF16);
    QTest::newRow("mistral F32, own head") << "mistral" << static_cast<int>(DType::F32);
    QTest::newRow("qwen2 BF16, biases") << "qwen2" << static_cast<int>(DType::BF16);
    QTest::newRow("opt F16") << "opt" << static_cast<int>(DType::F16);
    QTest::newRow("gpt2 F32, transposed") << "gpt2" << static_cast<int>(DType::F32);
    const std::set<std::string> above = {"llama", "mistral", "qwen2", "opt", "gpt2"};
    for (const auto& known : families()) {
        if (above.contains(known->model_type)) continue;
        QTest::newRow(known->model_type.c_str()) << QString::fromStdString(known->model_type) << static_cast<int>(DType::BF16);
    }
}

/// Generous bounds of ‖Ŵ − W‖ / ‖W‖: rounding to a grid of 2^bits levels over about ±3 standard deviations, and twice as much where GPTQ
/// trades weight error for output error or a clip cuts.
double errorBound(const Case& c) {
    // Scales blow up the rounding of channels that hardly carry activations: there only a rough likeness can be asked for.
    if (std::string(c.method).find('+') != std::string::npos || c.method == std::string("awq") || c.method == std::string("smoothquant"))
        return 0.6;
    const int bits = c.first_block_bits > 0 ? std::min(c.bits, c.first_block_bits) : c.bits;
    return 2.0 * 6.0 / ((1 << bits) - 1) / std::sqrt(12.0) * 1.5;
}

bool isNear(const std::vector<float>& read, const std::vector<float>& meant, float relative) {
    if (read.size() != meant.size()) return false;
    constexpr float kSubnormalStep = 0x1p-24F;  // of float16: what is smaller than its normal numbers keeps fewer bits
    for (std::size_t i = 0; i < meant.size(); ++i) {
        if (!(std::abs(read[i] - meant[i]) <= relative * std::abs(meant[i]) + kSubnormalStep)) return false;
    }
    return true;
}

/// By how much the cross-entropy of what was written may differ from that in memory. Perplexities agree to 1 % where the same numbers are
/// computed with. Norms that took scales, and weights that are stored in 16 bits, were rounded once more: there cross-entropies agree
/// to 1 %, but for random models whose attention picks single tokens. Their near ties tip over with the last bit, and their cross-entropy,
/// three times that of chance, measures nothing: of those, a number is all that can be asked for.
double allowedDifference_nats(const QuantizedModel& quantized, const Case& c, const QString& family, double meant_nats) {
    const bool has_folds = std::ranges::any_of(quantized.blocks, [](const QuantizedBlock& block) { return !block.replaced.empty(); });
    if (!has_folds && c.format != ExportFormat::Dequantized) return std::log(1.01);
    return isEnlarged(family.toStdString()) ? 100.0 : 0.01 * meant_nats;
}

/// What is wrong with a block that was read, if anything: packed weights must be the very same, floats were rounded once.
QString difference(const BlockWeights& read, const BlockWeights& meant, ExportFormat format, float relative) {
    for (const auto& [role, linear] : meant.linears) {
        const QString which = QString::fromStdString(name(role));
        const LinearWeights& other = read.linears.at(role);
        if (!isNear(other.bias, linear.bias, relative)) return which + " bias";
        if (format == ExportFormat::Dequantized || isRouter(role.role)) {  // a router is stored as it is, scales of the norm folded in
            if (linear.int8) continue;                                     // its weights alone are stored
            if (!((other.weight - linear.weight).cwiseAbs().maxCoeff() <= relative * linear.weight.cwiseAbs().maxCoeff()))
                return which + " weight";
        } else if (linear.int8) {
            const bool same = other.int8 && other.int8->codes == linear.int8->codes && other.int8->row_scale == linear.int8->row_scale &&
                              other.int8->activation == linear.int8->activation && other.int8->input_scale == linear.int8->input_scale;
            if (!same) return which + " int8 weight";
        } else if (other.weight != linear.weight) {
            return which + " weight";
        }
    }
    if (!isNear(read.attention_norm.gain, meant.attention_norm.gain, relative)) return "attention norm gain";
    if (!isNear(read.attention_norm.bias, meant.attention_norm.bias, relative)) return "attention norm bias";
    if (!isNear(read.mlp_norm.gain, meant.mlp_norm.gain, relative)) return "MLP norm gain";
    if (!isNear(read.mlp_norm.bias, meant.mlp_norm.bias, relative)) return "MLP norm bias";
    if (!isNear(read.query_norm.gain, meant.query_norm.gain, relative)) return "norm of queries";
    if (!isNear(read.key_norm.gain, meant.key_norm.gain, relative)) return "norm of keys";
    return {};
}

}  // namespace

void TestExportRoundTrip::everyWeightComesBack_data() { addFamilies(); }

void TestExportRoundTrip::everyWeightComesBack() {
    QFETCH(QString, family);
    QFETCH(int, type);
    QTemporaryDir directory;
    writeModel(pathOf(directory, "model"), family.toStdString(), static_cast<DType>(type));
    const std::shared_ptr<const Model> model = Model::open(pathOf(directory, "model"));
    const Calibration calibration = calibrateRandomly(model);
    JobContext job;
    for (const Case& c : kCases) {
        const QByteArray label = title(c);
        const MethodSpec method = methodOf(*model, c);
        const auto shared_model = std::make_shared<QuantizedModel>(quantizeModel(calibration, method, job));
        const QuantizedModel& quantized = *shared_model;
        const std::filesystem::path target = pathOf(directory, label.constData());
        exportTo(quantized, target, c.format);
        const VerifyReport report = verifyCheckpoint(target, model, job);
        QVERIFY2(report.passed(), qPrintable(label + ": " + text(report)));
        const auto n_routers =
            std::count_if(model->linears.begin(), model->linears.end(), [](const LinearInfo& linear) { return isRouter(linear.role); });
        QCOMPARE(report.n_layers, static_cast<Index>(model->linears.size()) - n_routers);
        QVERIFY2(report.n_layers_identical == report.n_layers, label);
        QCOMPARE(report.format, std::string(name(c.format)));
        QVERIFY2(report.worst_relative_weight_error > 0.0 && report.worst_relative_weight_error < errorBound(c),
                 qPrintable(label + ": error " + QString::number(report.worst_relative_weight_error)));

        // The very same function, unless numbers were rounded once more when they were stored.
        ExportOptions options;
        options.format = c.format;
        const std::optional<ReloadComparison> reloaded = reloadComparison(quantized, calibration.samples.windows, {}, options, target, job);
        QVERIFY2(reloaded && reloaded->n_tokens == 64 && reloaded->finding().severity == Severity::Note, label);
        const double difference_nats = std::abs(reloaded->found_nats - reloaded->meant_nats);
        const double allowed_nats = allowedDifference_nats(quantized, c, family, reloaded->meant_nats);
        QVERIFY2(difference_nats <= allowed_nats, qPrintable(label + ": perplexity " + QString::number(std::exp(reloaded->found_nats)) +
                                                             ", " + QString::number(std::exp(reloaded->meant_nats)) + " in memory"));

        std::int64_t written = 0;
        const SafetensorsFile weights = SafetensorsFile::open(target / "model.safetensors");
        for (const auto& [tensor_name, tensor] : weights.tensors()) written += static_cast<std::int64_t>(tensor.bytes.size());
        QCOMPARE(exportedWeightBytes(*model, method, c.format), written);

        // The model that was read computes with what the model in memory computes with.
        const BlockLoader read = storedBlocks(Model::open(target, true));
        const BlockLoader meant = quantizedBlocks(shared_model);
        const bool is_bfloat16 = static_cast<DType>(type) == DType::BF16;
        for (int block = 0; block < model->config.n_blocks; ++block) {
            const QString found =
                difference(read(block), meant(block), c.format, is_bfloat16 && c.format != ExportFormat::Awq ? 0x1p-8F : 0x1p-10F);
            QVERIFY2(found.isEmpty(), qPrintable(label + ": block " + QByteArray::number(block) + ": " + found.toUtf8()));
        }

        // Without the record the scales must be found from norms and columns.
        std::filesystem::remove(target / "salient.json");
        const VerifyReport foreign = verifyCheckpoint(target, model, job);
        QVERIFY2(foreign.passed(), qPrintable(label + " without salient.json: " + text(foreign)));
        if (c.format == ExportFormat::Dequantized) continue;  // nothing tells it from an ordinary model now
        QCOMPARE(foreign.n_layers, report.n_layers);
        QVERIFY2(foreign.worst_relative_weight_error < errorBound(c),
                 qPrintable(label + " without salient.json: error " + QString::number(foreign.worst_relative_weight_error)));
    }
}

void TestExportRoundTrip::configsLeaveRoutersInFloatingPoint() {
    QTemporaryDir directory;
    writeModel(pathOf(directory, "model"), "qwen2_moe", DType::BF16);
    const std::shared_ptr<const Model> model = Model::open(pathOf(directory, "model"));
    GridSpec grid;
    grid.group_size = 32;
    const auto configOf = [&](ExportFormat format) {
        grid.is_symmetric = format != ExportFormat::Awq;
        const std::filesystem::path target = pathOf(directory, std::string(name(format)).c_str());
        exportTo(quantizeRandomly(model, methodFor(*model, format, "rtn", grid)), target, format);
        return readJson(target / "config.json")["quantization_config"];
    };
    const std::set<std::string> routers = {"model.layers.0.mlp.gate", "model.layers.0.mlp.shared_expert_gate", "model.layers.1.mlp.gate",
                                           "model.layers.1.mlp.shared_expert_gate"};
    const Json gptq = configOf(ExportFormat::Gptq);
    QCOMPARE(gptq["dynamic"].size(), routers.size());
    QVERIFY(gptq["dynamic"].contains(R"(-:^model\.layers\.1\.mlp\.gate$)"));
    const auto kinds = gptq["modules_in_block_to_quantize"][0].get<std::set<std::string>>();
    QCOMPARE(kinds.size(), std::size_t{4 + 5 * 3 + 3});
    QVERIFY(kinds.contains("mlp.experts.4.down_proj") && kinds.contains("mlp.shared_expert.up_proj") && !kinds.contains("mlp.gate"));
    QVERIFY(configOf(ExportFormat::Awq)["modules_to_not_convert"].get<std::set<std::string>>() == routers);
    const auto ignored = configOf(ExportFormat::CompressedTensors)["ignore"].get<std::set<std::string>>();
    for (const std::string& router : routers) QVERIFY2(ignored.contains(router), router.c_str());
    QCOMPARE(ignored.size(), routers.size() + 1);  // and the head
}

void TestExportRoundTrip::demoModelSurvivesEveryFormat_data() {
    QTest::addColumn<int>("which");
    for (int i = 0; i < static_cast<int>(std::size(kCases)); ++i) {
        const Case& c = kCases[i];
        if (c.method == std::string("rtn") && c.group_size == 32 && c.bits != 3) QTest::newRow(title(c)) << i;
    }
}

void TestExportRoundTrip::demoModelSurvivesEveryFormat() {
    QFETCH(int, which);
    const Case& c = kCases[which];
    const std::shared_ptr<const Model> model = Model::open(salient::test::resourceFolder() / "demo" / "model");
    QTemporaryDir directory;
    JobContext job;
    // RTN stands in for the rounding of every method: what is packed is codes, whoever chose them.
    const MethodSpec method = methodFor(*model, c.format, "rtn", gridOf(c));
    QuantizedModel quantized;
    quantized.original = model;
    quantized.method = method;
    for (int block = 0; block < model->config.n_blocks; ++block) {
        QuantizedBlock& target = quantized.blocks.emplace_back();
        target.block = block;
        for (const LinearInfo& linear : model->linears) {
            if (linear.block != block) continue;
            QuantizedLinear& layer = target.linears.emplace_back();
            layer.name = linear.name;
            layer.tensor = quantizeNearest(loadLinear(*model, linear), method.grid);
        }
    }
    exportTo(quantized, pathOf(directory, "out"), c.format);
    const VerifyReport report = verifyCheckpoint(pathOf(directory, "out"), model, job);
    QVERIFY2(report.findings.empty(), qPrintable(text(report, Severity::Note)));
    QCOMPARE(report.n_layers_identical, static_cast<Index>(model->linears.size()));
}

QTEST_APPLESS_MAIN(TestExportRoundTrip)
#include "tst_export_round_trip.moc"
