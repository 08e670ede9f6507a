#include "core/io/npz.h"

#include "core/io/json_file.h"
#include "tests/core/io/io_testing.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

const std::filesystem::path kFolder = salient::test::testDataFolder() / "inputs";

std::string header(const std::string& literal, char major = 1) {
    const std::string length = major == 1 ? std::string{static_cast<char>(literal.size()), '\0'}
                                          : std::string{static_cast<char>(literal.size()), '\0', '\0', '\0'};
    return std::string("\x93NUMPY") + major + '\0' + length + literal;
}

}  // namespace

/// Values against make_inputs.py, whose archives NumPy wrote.
class TestNpz : public QObject {
    Q_OBJECT

private slots:
    void everyArrayGivesItsRows_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("rows_at_once");
        for (const char* file : {"arrays.npz", "stored.npz"}) {
            for (const int rows : {1, 2, 1000}) QTest::addRow("%s by %d", file, rows) << QString(file) << rows;
        }
    }
    void everyArrayGivesItsRows() {
        QFETCH(QString, file);
        QFETCH(int, rows_at_once);
        const NpzFile npz = NpzFile::open(kFolder / file.toStdString());
        const Json expected = readJson(kFolder / "expected.json").at("arrays");
        QCOMPARE(npz.arrays().size(), expected.size());
        for (const auto& [name, values] : expected.items()) {
            Index next = 0;
            npz.readRows(name, rows_at_once, [&](MatrixView rows, Index first) {
                QCOMPARE(first, next);
                QVERIFY(rows.rows() <= rows_at_once);
                for (Index row = 0; row < rows.rows(); ++row) {
                    for (Index column = 0; column < rows.cols(); ++column) {
                        QCOMPARE(static_cast<double>(rows(row, column)),
                                 values.at(static_cast<std::size_t>(first + row)).at(static_cast<std::size_t>(column)).get<double>());
                    }
                }
                next += rows.rows();
            });
            QCOMPARE(next, static_cast<Index>(values.size()));
        }
    }

    void headersOfAllVersionsAreRead() {
        for (const char major : {'\1', '\2', '\3'}) {
            const NpyHeader read = parseNpyHeader(header("{'descr': '<f2', 'fortran_order': True, 'shape': (3, 4), }  \n", major), "x");
            QVERIFY(read.dtype == DType::F16 && read.is_fortran);
            QCOMPARE(read.shape, (std::vector<std::int64_t>{3, 4}));
        }
        QCOMPARE(parseNpyHeader(header("{'descr': '<f4', 'fortran_order': False, 'shape': (7,)}"), "x").elementCount(), std::int64_t{7});
        QCOMPARE(parseNpyHeader(header("{'descr': '<f4', 'fortran_order': True, 'shape': ()}"), "x").elementCount(), std::int64_t{1});
    }

    void brokenHeadersAreRefused_data() {
        QTest::addColumn<QString>("literal");
        QTest::addColumn<QString>("text");
        QTest::newRow("objects") << "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"
                                 << "pickle";
        QTest::newRow("negative") << "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"
                                  << "integers from 0 up";
        QTest::newRow("overflow") << "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807, 9)}"
                                  << "too large";
        QTest::newRow("code") << "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}"
                              << "in quotes";
        QTest::newRow("more behind it") << "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x"
                                        << "nothing behind";
        QTest::newRow("twice") << "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}"
                               << "found it twice";
        QTest::newRow("a key missing") << "{'descr': '<f4', 'shape': (1,)}"
                                       << "found fewer";
        QTest::newRow("a record") << "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}"
                                  << "record";
    }
    void brokenHeadersAreRefused() {
        QFETCH(QString, literal);
        QFETCH(QString, text);
        try {
            static_cast<void>(parseNpyHeader(header(literal.toStdString()), "x"));
        } catch (const Error& error) {
            QVERIFY2(QString(error.what()).contains(text), error.what());
            return;
        }
        QFAIL("accepted");
    }

    void damageIsFoundByTheChecksum() {
        const Folder folder;
        std::string bytes = readBytes(kFolder / "stored.npz");
        const std::size_t data = bytes.find("\x93NUMPY") + 128;
        bytes[data] = static_cast<char>(bytes[data] ^ 1);
        writeBytes(folder / "damaged.npz", bytes);
        const NpzFile file = NpzFile::open(folder / "damaged.npz");
        expectError(
            [&] {
                file.readRows(file.arrays().begin()->first, 4, [](MatrixView, Index) {});
                file.readRows("half", 4, [](MatrixView, Index) {});
            },
            ErrorCode::Format, "cannot be unpacked");
    }

    void aFileCutShortIsRefused() {
        const Folder folder;
        const std::string bytes = readBytes(kFolder / "arrays.npz");
        for (std::size_t length : {std::size_t{0}, std::size_t{10}, bytes.size() / 2, bytes.size() - 1}) {
            writeBytes(folder / "short.npz", bytes.substr(0, length));
            QVERIFY_EXCEPTION_THROWN(static_cast<void>(NpzFile::open(folder / "short.npz")), Error);
        }
    }
};

QTEST_GUILESS_MAIN(TestNpz)
#include "tst_npz.moc"
