#include "core/exporter/format_table.h"

#include <QTest>
#include <algorithm>
#include <map>

using namespace salient;

namespace {

const FormatRow* find(const std::vector<FormatRow>& rows, int bits, bool is_symmetric) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const FormatRow& row) {
        return row.bits == bits && row.is_symmetric == is_symmetric && row.activations == ActivationScale::None;
    });
    return found == rows.end() ? nullptr : &*found;
}

std::vector<int> widths(ExportFormat format, bool is_symmetric) {
    std::vector<int> result;
    for (const FormatRow& row : formatRows(format)) {
        if (row.is_symmetric == is_symmetric && row.activations == ActivationScale::None) result.push_back(row.bits);
    }
    return result;
}

/// A row as the formats' own descriptions give it, not as the exporter does.
struct Described {
    int bits = 4;
    bool is_symmetric = true;
    ActivationScale activations = ActivationScale::None;
    std::vector<Index> group_sizes;
    bool holds_order = false;
    bool holds_static_order = false;
};

const std::vector<Index> kAny = {-1, 16, 32, 64, 128, 256};
const std::vector<Index> kBlocks = {-1, 32, 64, 128, 256};  // whole blocks of 32, or rows of them
constexpr auto kNone = ActivationScale::None;

/// qweight and qzeros are streams of 2, 3, 4 or 8 bits; a zero point for every group, at its middle in symmetric layers; g_idx holds any
/// group of any input, and is trivial for static groups.
const std::vector<Described> kGptq = {
    {2, true, kNone, kAny, true, true},  {2, false, kNone, kAny, true, true}, {3, true, kNone, kAny, true, true},
    {3, false, kNone, kAny, true, true}, {4, true, kNone, kAny, true, true},  {4, false, kNone, kAny, true, true},
    {8, true, kNone, kAny, true, true},  {8, false, kNone, kAny, true, true},
};

/// Eight columns of four bits to a word, zero points 0 … 15 (8 in all groups of a symmetric layer), no g_idx.
const std::vector<Described> kAwq = {
    {4, true, kNone, kAny, false, true},
    {4, false, kNone, kAny, false, true},
};

/// pack-quantized: 4 and 8 bits, about which all releases agree, with zero points or without; actorder "group" stores g_idx, "weight" does
/// not. int-quantized: one scale per row, activations by token (dynamic) or by tensor (static).
const std::vector<Described> kCompressed = {
    {4, true, kNone, kAny, true, true},  {4, false, kNone, kAny, true, true},        {8, true, kNone, kAny, true, true},
    {8, false, kNone, kAny, true, true}, {8, true, ActivationScale::PerToken, {-1}}, {8, true, ActivationScale::PerTensor, {-1}},
};

/// Code by code: Q4_0 is d (q − 8), Q4_1 d q + m, Q8_0 d q with signed q, each in blocks of 32 that follow one another.
const std::vector<Described> kGguf = {
    {4, true, kNone, kBlocks, false, true},
    {4, false, kNone, kBlocks, false, true},
    {8, true, kNone, kBlocks, false, true},
};

/// Floats hold whatever codes meant; of W8A8 the weights alone.
std::vector<Described> ofFloats() {
    std::vector<Described> rows;
    for (const int bits : {2, 3, 4, 5, 6, 7, 8}) {
        for (const bool is_symmetric : {true, false}) rows.push_back({bits, is_symmetric, kNone, kAny, true, true});
    }
    rows.push_back({8, true, ActivationScale::PerToken, {-1}});
    rows.push_back({8, true, ActivationScale::PerTensor, {-1}});
    return rows;
}

}  // namespace

/// What `salient-cli formats` says: the exporter's own answers.
class TestFormatTable : public QObject {
    Q_OBJECT

private slots:
    void widthsAreThoseOfEachFormat() {
        QCOMPARE(widths(ExportFormat::Gptq, true), (std::vector<int>{2, 3, 4, 8}));
        QCOMPARE(widths(ExportFormat::Gptq, false), (std::vector<int>{2, 3, 4, 8}));
        QCOMPARE(widths(ExportFormat::Awq, false), (std::vector<int>{4}));
        QCOMPARE(widths(ExportFormat::CompressedTensors, true), (std::vector<int>{4, 8}));
        QCOMPARE(widths(ExportFormat::Dequantized, false), (std::vector<int>{2, 3, 4, 5, 6, 7, 8}));
        QCOMPARE(widths(ExportFormat::Gguf, true), (std::vector<int>{4, 8}));
        QCOMPARE(widths(ExportFormat::Gguf, false), (std::vector<int>{4}));
    }

    void groupsAndOrdersAreThoseOfEachFormat() {
        const std::vector<FormatRow> gptq = formatRows(ExportFormat::Gptq);
        QVERIFY(find(gptq, 4, true)->holds_order);
        QCOMPARE(find(gptq, 4, true)->group_sizes, (std::vector<Index>{-1, 16, 32, 64, 128, 256}));
        const std::vector<FormatRow> awq = formatRows(ExportFormat::Awq);
        QVERIFY(!find(awq, 4, false)->holds_order);
        QVERIFY(find(awq, 4, false)->holds_static_order);
        const std::vector<FormatRow> gguf = formatRows(ExportFormat::Gguf);
        QCOMPARE(find(gguf, 4, true)->group_sizes, (std::vector<Index>{-1, 32, 64, 128, 256}));
        QVERIFY(!find(gguf, 4, true)->holds_order);
        QCOMPARE(find(gguf, 4, true)->stored_as, std::string("q4_0"));
        QCOMPARE(find(gguf, 4, false)->stored_as, std::string("q4_1"));
        QCOMPARE(find(gguf, 8, true)->stored_as, std::string("q8_0"));
    }

    /// What the round trips of everything that a format allows are made of.
    void rowsAreThoseOfTheFormatsDescriptions_data() {
        QTest::addColumn<QString>("format");
        for (const std::string& each : exportFormatNames()) QTest::newRow(each.c_str()) << QString::fromStdString(each);
    }
    void rowsAreThoseOfTheFormatsDescriptions() {
        QFETCH(QString, format);
        const ExportFormat which = exportFormatFromName(format.toStdString());
        const std::map<ExportFormat, std::vector<Described>> described = {{ExportFormat::Gptq, kGptq},
                                                                          {ExportFormat::Awq, kAwq},
                                                                          {ExportFormat::CompressedTensors, kCompressed},
                                                                          {ExportFormat::Gguf, kGguf},
                                                                          {ExportFormat::Dequantized, ofFloats()}};
        const std::vector<Described>& expected = described.at(which);
        const std::vector<FormatRow> rows = formatRows(which);
        QCOMPARE(rows.size(), expected.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            QCOMPARE(rows[i].bits, expected[i].bits);
            QCOMPARE(rows[i].is_symmetric, expected[i].is_symmetric);
            QVERIFY(rows[i].activations == expected[i].activations);
            QCOMPARE(rows[i].group_sizes, expected[i].group_sizes);
            QCOMPARE(rows[i].holds_order, expected[i].holds_order);
            QCOMPARE(rows[i].holds_static_order, expected[i].holds_static_order);
        }
    }

    void int8ActivationsNeedAFormatThatSaysSo() {
        for (const std::string& each : exportFormatNames()) {
            const ExportFormat format = exportFormatFromName(each);
            const std::vector<FormatRow> rows = formatRows(format);
            const auto n =
                std::count_if(rows.begin(), rows.end(), [](const FormatRow& row) { return row.activations != ActivationScale::None; });
            QCOMPARE(n > 0, format == ExportFormat::CompressedTensors || format == ExportFormat::Dequantized);
            QCOMPARE(usualVerdicts(format).size(), std::size_t{6});
        }
    }

    void remarksAndVerdictsAreTheExporters() {
        const std::vector<FormatRow> gptq = formatRows(ExportFormat::Gptq);
        QVERIFY(find(gptq, 3, false)->remarks.front().find("gptq_v2") != std::string::npos);
        QVERIFY(usualVerdicts(ExportFormat::Gptq) == find(gptq, 4, true)->loaders);
        QVERIFY(usualVerdicts(ExportFormat::Awq) == find(formatRows(ExportFormat::Awq), 4, false)->loaders);
        const std::vector<LoaderVerdict>& of_three_bits = find(gptq, 3, true)->loaders;
        QVERIFY(std::ranges::any_of(of_three_bits, [](const LoaderVerdict& verdict) {
            return verdict.loader == "vLLM" && verdict.acceptance == Acceptance::Refuses && verdict.why == "reads 4 and 8 bits";
        }));
    }
};

QTEST_APPLESS_MAIN(TestFormatTable)
#include "tst_format_table.moc"
