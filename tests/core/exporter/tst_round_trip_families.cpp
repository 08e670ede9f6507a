// Every family in every format: the small seeded models of tests/data, one for each structural variant, as they are and with widths that
// all formats can hold. What a format cannot hold is refused.

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>
#include <map>
#include <random>

#include "core/exporter/format_table.h"
#include "core/exporter/gguf/keys.h"
#include "core/model/gguf/architecture.h"
#include "tests/core/exporter/round_trip.h"
#include "tests/core/exporter/without_calibration.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::samples;
namespace fs = std::filesystem;

namespace {

struct Variant {
    std::string title;
    std::shared_ptr<const Model> model;
    bool is_widened = false;  ///< every width is a multiple of 32, and there is a tokenizer
};

constexpr Index kHead = 32;
constexpr Index kVocabulary = 1024;

/// The small model's configuration, widened. What llama.cpp takes for granted is said as it takes it.
Json widenedConfig(const Model& small) {
    Json config = small.config.raw;
    Json& own = config.contains("text_config") ? config["text_config"] : config;  // of a model inside a larger one
    const Family& family = *small.config.family;
    const ConfigKeys& keys = family.keys;
    own["vocab_size"] = kVocabulary;
    for (const char* key : {"hidden_size", "n_embed", "n_embd"}) {
        if (own.contains(key)) own[key] = 64;
    }
    if (!keys.intermediate_size.empty()) own[keys.intermediate_size] = 128;
    for (const std::string& key : {family.experts.size_key, family.experts.shared_size_key}) {
        if (!key.empty()) own[key] = 64;
    }
    const bool has_head = !keys.head_dim.empty() && own.contains(keys.head_dim) && !own[keys.head_dim].is_null();
    if (has_head) own[keys.head_dim] = kHead;
    const Index head_dim = has_head ? kHead : 64 / small.config.n_heads;
    if (!keys.query_scalar.empty()) own[keys.query_scalar] = head_dim;
    if (own.contains("sliding_window_pattern")) own["sliding_window_pattern"] = 6;
    if (small.config.rope.scaling == RopeConfig::Scaling::LongRope) {  // one factor for each pair of dimensions that turn
        for (const char* key : {"short_factor", "long_factor"}) {
            Json repeated = Json::array();
            for (const Json& factor : own["rope_scaling"][key]) {
                for (Index i = 0; i < head_dim / small.config.head_dim; ++i) repeated.push_back(factor);
            }
            own["rope_scaling"][key] = repeated;
        }
    }
    return config;
}

/// Other seeded weights, of the same element type and under the same prefix.
std::shared_ptr<const Model> writeWidened(const fs::path& directory, const Model& small) {
    const Json config = widenedConfig(small);
    fs::create_directories(directory);
    writeJson(directory / "config.json", config);
    writeJson(directory / "tokenizer_config.json", Json::object({{"model_max_length", 128}}));
    fs::copy_file(salient::test::testDataFolder() / "tokenizer" / "llama3" / "tokenizer.json", directory / "tokenizer.json");
    std::vector<TensorLayout> layout;
    for (const PlannedTensor& planned : plannedTensors(ModelConfig::parse(config, "config.json"), small.name_prefix))
        layout.push_back({planned.name, small.linears.front().stored, planned.shape});
    SafetensorsWriter writer(directory / "model.safetensors", layout);
    std::mt19937 random(29);
    std::normal_distribution<float> normal;
    for (const TensorLayout& tensor : layout) {
        std::int64_t count = 1;
        for (const std::int64_t extent : tensor.shape) count *= extent;
        const bool is_gain = tensor.shape.size() == 1 && tensor.name.ends_with(".weight");
        std::vector<float> values(static_cast<std::size_t>(count));
        for (float& value : values) value = (is_gain ? 1.0F : 0.0F) + 0.1F * normal(random);
        writer.write(tensor.name, fromFloats(values, tensor.dtype));
    }
    writer.finish();
    return Model::open(directory);
}

/// Settings of the format's table, those that it is made for first: 4 bits in groups, with zero points in AWQ.
std::vector<ExportSetting> settingsOf(const Model& model, ExportFormat format, ActivationScale activations,
                                      const std::vector<FormatRow>& table) {
    if (activations != ActivationScale::None) {
        MethodSpec method = methodFor(model, format, "w8a8", GridSpec{});
        method.activations = activations;
        return {ExportSetting{format, method}};
    }
    std::vector<const FormatRow*> rows;
    for (const FormatRow& row : table) {
        if (row.activations == ActivationScale::None) rows.push_back(&row);
    }
    std::stable_partition(rows.begin(), rows.end(),
                          [&](const FormatRow* row) { return row->bits == 4 && row->is_symmetric == (format != ExportFormat::Awq); });
    std::vector<ExportSetting> settings;
    for (const FormatRow* row : rows) {
        for (const Index size : {Index{32}, Index{16}, Index{-1}}) {
            if (std::find(row->group_sizes.begin(), row->group_sizes.end(), size) == row->group_sizes.end()) continue;
            GridSpec grid;
            grid.bits = row->bits;
            grid.is_symmetric = row->is_symmetric;
            grid.group_size = size;
            settings.push_back({format, methodFor(model, format, "rtn", grid)});
        }
    }
    if (format != ExportFormat::Gguf) return settings;
    GridSpec whole_rows;  // that are no blocks of 32 are held dequantized
    whole_rows.group_size = -1;
    settings.push_back({format, methodFor(model, format, "rtn", whole_rows), GgufWeights::F16});
    return settings;
}

/// All that verification says, but that there is no tokenizer where the original has none either.
QString findingsOf(const VerifyReport& report, const Model& original) {
    QString found;
    for (const Finding& finding : report.findings) {
        if (!original.tokenizer && finding.subject.starts_with("tokenizer")) continue;
        found += QString::fromStdString(finding.subject + ": " + finding.message + "\n");
    }
    return found;
}

}  // namespace

class TestRoundTripFamilies : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void everyFormatHoldsTheModelOrRefusesIt_data();
    void everyFormatHoldsTheModelOrRefusesIt();
    void ggufHoldsTheFamiliesThatLlamaCppHas();

private:
    [[nodiscard]] QString problemOf(const std::shared_ptr<const Model>& model, const ExportSetting& setting) const;

    std::unique_ptr<QTemporaryDir> folder_;
    std::vector<Variant> variants_;
    std::map<ExportFormat, std::vector<FormatRow>> table_;
};

void TestRoundTripFamilies::initTestCase() {
    folder_ = quickFolder();
    for (const std::string& name : smallModels()) {
        const std::shared_ptr<const Model> small = Model::open(smallModelDirectory(name));
        variants_.push_back({name, small, false});
        variants_.push_back({name + " widened", writeWidened(pathOf(*folder_, name.c_str()), *small), true});
    }
    for (const std::string& each : exportFormatNames()) table_[exportFormatFromName(each)] = formatRows(exportFormatFromName(each));
}

/// Written, read and verified without a word.
QString TestRoundTripFamilies::problemOf(const std::shared_ptr<const Model>& model, const ExportSetting& setting) const {
    const RoundTrip result = roundTrip(roundedToNearest(model, setting.method), setting, pathOf(*folder_, "out"), model);
    return result.problem.isEmpty() ? findingsOf(result.report, *model) : result.problem;
}

void TestRoundTripFamilies::everyFormatHoldsTheModelOrRefusesIt_data() {
    QTest::addColumn<int>("which");
    for (std::size_t i = 0; i < variants_.size(); ++i) QTest::newRow(variants_[i].title.c_str()) << static_cast<int>(i);
}

void TestRoundTripFamilies::everyFormatHoldsTheModelOrRefusesIt() {
    QFETCH(int, which);
    const Variant& variant = variants_[static_cast<std::size_t>(which)];
    const Model& model = *variant.model;
    const bool is_llama_cpps = ggufModelObstacles(model).empty();
    constexpr std::array<ActivationScale, 3> kActivations = {ActivationScale::None, ActivationScale::PerToken, ActivationScale::PerTensor};
    for (const auto& [format, table] : table_) {
        for (const ActivationScale activations : kActivations) {
            const QByteArray label =
                QByteArray::fromStdString(std::string(name(format))) + (activations == ActivationScale::None       ? ": "
                                                                        : activations == ActivationScale::PerToken ? ", int8 per token: "
                                                                                                                   : ", int8 per tensor: ");
            const std::vector<ExportSetting> settings = settingsOf(model, format, activations, table);
            const auto held = std::find_if(settings.begin(), settings.end(),
                                           [&](const ExportSetting& setting) { return obstaclesOf(model, setting).empty(); });
            const bool is_held = held != settings.end();
            const bool is_listed =
                std::any_of(table.begin(), table.end(), [&](const FormatRow& row) { return row.activations == activations; });
            const bool is_expected = is_listed && (format != ExportFormat::Gguf || is_llama_cpps);
            // A width may be too odd for a format, but no format can hold what its table does not list.
            if (variant.is_widened || format == ExportFormat::Dequantized) QVERIFY2(is_held == is_expected, label);
            QVERIFY2(!is_held || is_expected, label);
            const QString problem =
                is_held ? problemOf(variant.model, *held) : refusalProblem(variant.model, settings.front(), pathOf(*folder_, "out"));
            QVERIFY2(problem.isEmpty(), qPrintable(label + problem));
        }
    }
}

void TestRoundTripFamilies::ggufHoldsTheFamiliesThatLlamaCppHas() {
    for (const auto& family : families()) {
        const auto is_of_family = [&](const Variant& variant) { return variant.model->config.family->model_type == family->model_type; };
        QVERIFY2(std::any_of(variants_.begin(), variants_.end(), is_of_family), family->model_type.c_str());
        const bool is_held = std::any_of(variants_.begin(), variants_.end(), [&](const Variant& variant) {
            return is_of_family(variant) && variant.is_widened && ggufModelObstacles(*variant.model).empty();
        });
        QVERIFY2(is_held == (gguf::architectureOf(*family) != nullptr), family->model_type.c_str());
    }
}

QTEST_APPLESS_MAIN(TestRoundTripFamilies)
#include "tst_round_trip_families.moc"
