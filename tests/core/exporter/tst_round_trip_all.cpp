// Every combination of format, width, grid, group size and order of inputs: those in the table of formats come back exactly, those that are
// not in it are refused. Random codes in one small block, so that every code, zero point and scale that a form can hold occurs.

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/exporter/format_table.h"
#include "tests/core/exporter/round_trip.h"
#include "tests/core/exporter/without_calibration.h"

using namespace salient;
using namespace salient::samples;

namespace {

/// In which order GPTQ would go through the inputs.
enum class Order { Natural, Activation, StaticGroups };
constexpr std::array<Order, 3> kOrders = {Order::Natural, Order::Activation, Order::StaticGroups};

const char* title(Order order) { return order == Order::Natural ? "" : order == Order::Activation ? " act-order" : " act-order static"; }

/// A multiple of every size in the table of formats, and of 48 and 96, which are not in it.
constexpr Index kInputs = 768;

/// One block of LLaMA; its gate and up layers, [64, 768], are quantized, the others kept.
std::shared_ptr<const Model> writeBlock(const std::filesystem::path& directory, DType type) {
    Json config = familyConfig("llama");
    config["vocab_size"] = 32;
    config["hidden_size"] = kInputs;
    config["head_dim"] = 32;
    config["num_attention_heads"] = 1;
    config["num_key_value_heads"] = 1;
    config["intermediate_size"] = 64;
    config["num_hidden_layers"] = 1;
    writeModel(directory, "llama", type, config);
    return Model::open(directory);
}

const std::vector<std::string> kKept = {"self_attn", "down_proj"};

MethodSpec methodOf(const Model& model, ExportFormat format, const GridSpec& grid, Order order) {
    MethodSpec method = methodFor(model, format, order == Order::Natural ? "rtn" : "gptq", grid);
    method.gptq.act_order = order != Order::Natural;
    method.gptq.static_groups = order == Order::StaticGroups;
    method.keep = kKept;
    return method;
}

GridSpec gridOf(int bits, bool is_symmetric, Index group_size) {
    GridSpec grid;
    grid.bits = bits;
    grid.is_symmetric = is_symmetric;
    grid.group_size = group_size;
    return grid;
}

QByteArray label(Index group_size, Order order) {
    return "g" + QByteArray::number(static_cast<qlonglong>(group_size)) + title(order) + ": ";
}

/// What weights.h says of each type.
bool isHeldBy(GgufWeights type, const MethodSpec& method) {
    const std::optional<GgufWeights> blocks = blocksOf(method);
    switch (type) {
        case GgufWeights::Lossless:
            return blocks.has_value();
        case GgufWeights::Q4_0:
            return blocks == GgufWeights::Q4_0;
        case GgufWeights::Q4_1:
            return blocks == GgufWeights::Q4_0 || blocks == GgufWeights::Q4_1;
        case GgufWeights::F16:
        case GgufWeights::BF16:
        case GgufWeights::Q8_0:
            return true;
        case GgufWeights::Q4_K:
        case GgufWeights::Q6_K:
        case GgufWeights::Q4_K_M:
            break;
    }
    return method.rounding == Rounding::Nearest;  // codes of GPTQ would be lost
}

}  // namespace

class TestRoundTripAll : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void everySettingComesBackOrIsRefused_data();
    void everySettingComesBackOrIsRefused();
    void int8ActivationsComeBackOrAreRefused_data();
    void int8ActivationsComeBackOrAreRefused();
    void everyGgufTypeComesBackOrIsRefused_data();
    void everyGgufTypeComesBackOrIsRefused();

private:
    [[nodiscard]] bool isListed(ExportFormat format, const GridSpec& grid, Order order) const;
    [[nodiscard]] bool isStoredLikeFloat16(ExportFormat format, const Model& model) const;
    [[nodiscard]] QString problemOf(const std::shared_ptr<const Model>& model, const ExportSetting& setting, bool is_held) const;

    std::unique_ptr<QTemporaryDir> folder_;
    std::map<DType, std::shared_ptr<const Model>> models_;
    std::map<ExportFormat, std::vector<FormatRow>> table_;
    std::set<Index> listed_sizes_;
    std::set<Index> sizes_;
};

void TestRoundTripAll::initTestCase() {
    folder_ = quickFolder();
    models_[DType::F16] = writeBlock(pathOf(*folder_, "F16"), DType::F16);
    models_[DType::BF16] = writeBlock(pathOf(*folder_, "BF16"), DType::BF16);
    for (const std::string& each : exportFormatNames()) {
        const ExportFormat format = exportFormatFromName(each);
        table_[format] = formatRows(format);
        for (const FormatRow& row : table_[format]) listed_sizes_.insert(row.group_sizes.begin(), row.group_sizes.end());
    }
    sizes_ = listed_sizes_;
    sizes_.insert({48, 96, 80, 1024});  // the last two leave a shorter group
    for (const Index size : listed_sizes_) QVERIFY(size < 0 || kInputs % size == 0);
}

/// Whether the table of formats has the setting. It lists some sizes; others hold where they divide the inputs and, in GGUF, are whole
/// blocks of 32. Dequantized weights have no groups.
bool TestRoundTripAll::isListed(ExportFormat format, const GridSpec& grid, Order order) const {
    const std::vector<FormatRow>& rows = table_.at(format);
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const FormatRow& each) {
        return each.bits == grid.bits && each.is_symmetric == grid.is_symmetric && each.activations == ActivationScale::None;
    });
    if (row == rows.end()) return false;
    if (order == Order::StaticGroups && !row->holds_static_order) return false;
    if (order == Order::Activation && grid.group_size > 0 && !row->holds_order) return false;  // one group leaves no trace of it
    if (listed_sizes_.contains(grid.group_size))
        return std::find(row->group_sizes.begin(), row->group_sizes.end(), grid.group_size) != row->group_sizes.end();
    constexpr Index kBlock = 32;
    if (format == ExportFormat::Dequantized) return true;
    return kInputs % grid.group_size == 0 && (format != ExportFormat::Gguf || grid.group_size % kBlock == 0);
}

/// Where scales are not stored in the model's own element type, one type of elements stands for all.
bool TestRoundTripAll::isStoredLikeFloat16(ExportFormat format, const Model& model) const {
    return storedScaleType(format, model.config) == storedScaleType(format, models_.at(DType::F16)->config);
}

QString TestRoundTripAll::problemOf(const std::shared_ptr<const Model>& model, const ExportSetting& setting, bool is_held) const {
    const std::filesystem::path target = pathOf(*folder_, "out");
    if (!is_held) return refusalProblem(model, setting, target);
    return roundTrip(withAnyCodes(model, setting.method), setting, target, nullptr).problem;
}

void TestRoundTripAll::everySettingComesBackOrIsRefused_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("bits");
    QTest::addColumn<bool>("symmetric");
    for (const auto& [format, rows] : table_) {
        for (const auto& [type, model] : models_) {
            if (type != DType::F16 && isStoredLikeFloat16(format, *model)) continue;
            for (int bits = 2; bits <= 8; ++bits) {
                for (const bool is_symmetric : {true, false}) {
                    QTest::addRow("%s %s w%d %s", std::string(name(format)).c_str(), std::string(name(type)).c_str(), bits,
                                  is_symmetric ? "sym" : "asym")
                        << static_cast<int>(format) << static_cast<int>(type) << bits << is_symmetric;
                }
            }
        }
    }
}

void TestRoundTripAll::everySettingComesBackOrIsRefused() {
    QFETCH(int, format);
    QFETCH(int, type);
    QFETCH(int, bits);
    QFETCH(bool, symmetric);
    const auto written = static_cast<ExportFormat>(format);
    const std::shared_ptr<const Model>& model = models_.at(static_cast<DType>(type));
    for (const Index size : sizes_) {
        for (const Order order : kOrders) {
            const GridSpec grid = gridOf(bits, symmetric, size);
            const ExportSetting setting{written, methodOf(*model, written, grid, order)};
            const QString problem = problemOf(model, setting, isListed(written, grid, order));
            QVERIFY2(problem.isEmpty(), qPrintable(label(size, order) + problem));
        }
    }
}

void TestRoundTripAll::int8ActivationsComeBackOrAreRefused_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("activations");
    for (const auto& [format, rows] : table_) {
        for (const auto& [type, model] : models_) {
            if (type != DType::F16 && isStoredLikeFloat16(format, *model)) continue;
            for (const ActivationScale scale : {ActivationScale::PerToken, ActivationScale::PerTensor}) {
                QTest::addRow("%s %s %s", std::string(name(format)).c_str(), std::string(name(type)).c_str(),
                              scale == ActivationScale::PerToken ? "per token" : "per tensor")
                    << static_cast<int>(format) << static_cast<int>(type) << static_cast<int>(scale);
            }
        }
    }
}

void TestRoundTripAll::int8ActivationsComeBackOrAreRefused() {
    QFETCH(int, format);
    QFETCH(int, type);
    QFETCH(int, activations);
    const auto written = static_cast<ExportFormat>(format);
    const std::shared_ptr<const Model>& model = models_.at(static_cast<DType>(type));
    ExportSetting setting{written, methodFor(*model, written, "w8a8", GridSpec{})};
    setting.method.activations = static_cast<ActivationScale>(activations);
    setting.method.keep = kKept;
    const std::vector<FormatRow>& rows = table_.at(written);
    const bool is_listed =
        std::any_of(rows.begin(), rows.end(), [&](const FormatRow& row) { return row.activations == setting.method.activations; });
    const QString problem = problemOf(model, setting, is_listed);
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    if (!isPacked(written)) return;  // dequantized weights say nothing of activations
    // Products of int8 take eight bits, symmetric, one scale per row.
    for (const GridSpec& grid : {gridOf(4, true, -1), gridOf(8, false, -1), gridOf(8, true, 32)}) {
        ExportSetting other = setting;
        other.method.grid.bits = grid.bits;
        other.method.grid.is_symmetric = grid.is_symmetric;
        other.method.grid.group_size = grid.group_size;
        const QString found = problemOf(model, other, false);
        QVERIFY2(found.isEmpty(), qPrintable(QString::number(grid.bits) + " bits: " + found));
    }
}

void TestRoundTripAll::everyGgufTypeComesBackOrIsRefused_data() {
    QTest::addColumn<int>("weights");
    QTest::addColumn<int>("bits");
    QTest::addColumn<bool>("symmetric");
    for (const std::string& each : ggufWeightsNames()) {
        for (int bits = 2; bits <= 8; ++bits) {
            for (const bool is_symmetric : {true, false}) {
                QTest::addRow("%s w%d %s", each.c_str(), bits, is_symmetric ? "sym" : "asym")
                    << static_cast<int>(ggufWeightsFromName(each)) << bits << is_symmetric;
            }
        }
    }
}

void TestRoundTripAll::everyGgufTypeComesBackOrIsRefused() {
    QFETCH(int, weights);
    QFETCH(int, bits);
    QFETCH(bool, symmetric);
    const auto type = static_cast<GgufWeights>(weights);
    const std::shared_ptr<const Model>& model = models_.at(DType::F16);
    for (const Index size : {Index{-1}, Index{16}, Index{32}, Index{96}}) {
        for (const Order order : kOrders) {
            const ExportSetting setting{ExportFormat::Gguf, methodOf(*model, ExportFormat::Gguf, gridOf(bits, symmetric, size), order),
                                        type};
            const bool is_held = isHeldBy(type, setting.method);
            // Types that round the weights themselves take nothing from the grid: one stands for all.
            if (is_held && roundsWeights(type) && !(bits == 4 && symmetric && size == 32)) {
                QVERIFY2(obstaclesOf(*model, setting).empty(), label(size, order));
                continue;
            }
            const QString problem = problemOf(model, setting, is_held);
            QVERIFY2(problem.isEmpty(), qPrintable(label(size, order) + problem));
        }
    }
}

QTEST_APPLESS_MAIN(TestRoundTripAll)
#include "tst_round_trip_all.moc"
