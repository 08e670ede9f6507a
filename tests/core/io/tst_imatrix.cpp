#include "core/io/imatrix.h"

#include <cmath>
#include <limits>

#include "core/io/gguf_writer.h"
#include "core/io/json_file.h"
#include "tests/core/io/io_testing.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

const std::filesystem::path kFolder = salient::test::testDataFolder() / "inputs";

/// The GGUF form with one weight of four channels that saw so many tokens, each sum of squares being twice that.
void writeCounted(const std::filesystem::path& path, float tokens) {
    GgufKeys keys;
    keys.addText("general.type", "imatrix");
    const std::vector<float> sums(4, 2.0F * tokens);
    GgufWriter writer(path, keys, {{"blk.0.attn_q.weight.in_sum2", 0, {1, 4}, 16}, {"blk.0.attn_q.weight.counts", 0, {1, 1}, 4}});
    writer.write("blk.0.attn_q.weight.in_sum2", std::as_bytes(std::span(sums)));
    writer.write("blk.0.attn_q.weight.counts", std::as_bytes(std::span(&tokens, 1)));
    writer.finish();
}

std::vector<double> numbers(const Json& json) {
    std::vector<double> values;
    for (const Json& item : json) {
        if (item.is_array()) {
            for (const Json& value : item) values.push_back(value.get<double>());
        } else {
            values.push_back(item.get<double>());
        }
    }
    return values;
}

}  // namespace

/// Both forms against make_inputs.py, which takes the means of the inputs in double precision.
class TestImatrix : public QObject {
    Q_OBJECT

private slots:
    void bothFormsGiveTheMeansOfSquares_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("old") << "old.imatrix";
        QTest::newRow("GGUF") << "new.imatrix";
    }
    void bothFormsGiveTheMeansOfSquares() {
        QFETCH(QString, file);
        const Imatrix imatrix = Imatrix::open(kFolder / file.toStdString());
        const Json expected = readJson(kFolder / "expected.json").at("mean_squares");
        QCOMPARE(imatrix.entries.size(), std::size_t{file == "old.imatrix" ? 2U : 3U});
        for (const auto& [name, entry] : imatrix.entries) {
            const std::vector<double> wanted = numbers(expected.at(name));
            QCOMPARE(entry.mean_squares.size(), wanted.size());
            for (std::size_t j = 0; j < wanted.size(); ++j)
                QVERIFY(std::abs(static_cast<double>(entry.mean_squares[j]) - wanted[j]) <= 1e-6 * wanted[j]);
        }
        QCOMPARE(imatrix.n_chunks, std::int64_t{3});
        QCOMPARE(imatrix.datasets, std::vector<std::string>{"calib.txt"});
    }

    void onlyTheGgufFormCountsTokensAndExperts() {
        const Imatrix imatrix = Imatrix::open(kFolder / "new.imatrix");
        QVERIFY(imatrix.counts_tokens && !Imatrix::open(kFolder / "old.imatrix").counts_tokens);
        QCOMPARE(imatrix.chunk_tokens, std::int64_t{8});
        QCOMPARE(imatrix.entries.at("blk.0.attn_q.weight").counts, std::vector<std::int64_t>{24});
        QCOMPARE(imatrix.entries.at("blk.0.ffn_up_exps.weight").counts, (std::vector<std::int64_t>{16, 8, 0}));
    }

    void theOldFormHasTheValuesOfExpertsOneAfterTheOther() {
        const Imatrix imatrix = Imatrix::open(kFolder / "experts_old.imatrix");
        const Json expected = readJson(kFolder / "experts.json").at("mixtral").at(1);
        const ImatrixEntry& down = imatrix.entries.at("blk.1.ffn_down_exps.weight");
        QCOMPARE(down.counts, std::vector<std::int64_t>{2});
        QCOMPARE(down.mean_squares.size(), std::size_t{4 * 48});
        for (std::size_t expert = 0; expert < 4; ++expert) {
            const std::vector<double> wanted = numbers(expected.at("expert " + std::to_string(expert) + " hidden"));
            for (std::size_t j = 0; j < wanted.size(); ++j)
                QVERIFY(std::abs(static_cast<double>(down.mean_squares[expert * 48 + j]) - wanted[j]) <= 1e-6 * wanted[j]);
        }
    }

    void aFileCutAnywhereIsRefused() {
        const Folder folder;
        const std::string bytes = readBytes(kFolder / "old.imatrix");
        const std::size_t without_text = bytes.size() - 4 - 9 - 4;  // the first versions end there, the next ones four bytes later
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            if (length == without_text || length == without_text + 4) continue;
            writeBytes(folder / "cut.imatrix", bytes.substr(0, length));
            QVERIFY_EXCEPTION_THROWN(static_cast<void>(Imatrix::open(folder / "cut.imatrix")), Error);
        }
    }

    void aSumThatIsNoNumberIsNamed() {
        const Folder folder;
        std::string bytes = readBytes(kFolder / "old.imatrix");
        const std::size_t second = bytes.find("attn_q.weight") + 13 + 8 + 4;  // behind chunks, count and the first value
        const float nan = std::nanf("");
        std::memcpy(bytes.data() + second, &nan, sizeof nan);
        writeBytes(folder / "nan.imatrix", bytes);
        expectError([&] { static_cast<void>(Imatrix::open(folder / "nan.imatrix")); }, ErrorCode::NonFinite,
                    "'blk.0.attn_q.weight': channel 1");
    }

    void anEntryOfNoChunksIsRefused() {
        const Folder folder;
        std::string bytes = readBytes(kFolder / "old.imatrix");
        const std::size_t chunks = bytes.find("attn_q.weight") + 13;
        const std::int32_t none = 0;
        std::memcpy(bytes.data() + chunks, &none, sizeof none);
        writeBytes(folder / "none.imatrix", bytes);
        expectError([&] { static_cast<void>(Imatrix::open(folder / "none.imatrix")); }, ErrorCode::Format,
                    "'blk.0.attn_q.weight': expected 1 or more chunks, found 0");
    }

    /// 2^40 tokens are more than any text has; counts of all experts of a block are added up, and must not leave 64 bits.
    void countsThatNoTextHasAreRefused() {
        const Folder folder;
        constexpr float kMost = 0x1p40F;
        const std::pair<float, const char*> cases[] = {{kMost, "found 1099511627776"},
                                                       {0x1p62F, "found 4611686018427387904"},
                                                       {std::numeric_limits<float>::infinity(), "found inf"},
                                                       {std::nanf(""), "nan"},
                                                       {-1.0F, "found -1"}};
        for (const auto& [tokens, found] : cases) {
            writeCounted(folder / "counted.imatrix", tokens);
            const auto open = [&] { static_cast<void>(Imatrix::open(folder / "counted.imatrix")); };
            expectError(open, ErrorCode::Format, "'blk.0.attn_q.weight.counts': expected numbers of tokens");
            expectError(open, ErrorCode::Format, found);
        }
        writeCounted(folder / "counted.imatrix", std::nextafter(kMost, 0.0F));
        const ImatrixEntry entry = Imatrix::open(folder / "counted.imatrix").entries.at("blk.0.attn_q.weight");
        QCOMPARE(entry.counts, std::vector<std::int64_t>{(std::int64_t{1} << 40) - (std::int64_t{1} << 16)});
        QCOMPARE(entry.mean_squares, std::vector<float>(4, 2.0F));
    }

    void anotherGgufFileIsRefused() {
        expectError([] { static_cast<void>(Imatrix::open(salient::test::testDataFolder() / "gguf" / "types.gguf")); }, ErrorCode::Format,
                    "'imatrix'");
    }
};

QTEST_GUILESS_MAIN(TestImatrix)
#include "tst_imatrix.moc"
