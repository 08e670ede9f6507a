#include "core/exporter/format_table.h"

#include <QTest>
#include <algorithm>

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
