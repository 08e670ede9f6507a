// protobuf's wire format, against the examples of its own documentation and fields written by hand.

#include "core/tokenizer/wire_format.h"

#include <QTest>
#include <string>

#include "core/error.h"

using namespace salient;
using namespace std::string_literals;

namespace {

/// Every field as "number:kind:value or bytes", with spaces between; or what is wrong.
std::string fieldsOf(const std::string& message) {
    std::string all;
    try {
        WireReader reader(message, "here");
        while (const std::optional<WireField> field = reader.next()) {
            const bool is_number = field->kind == WireKind::Varint;
            all += (all.empty() ? "" : " ") + std::to_string(field->number) + ":" + std::to_string(static_cast<unsigned>(field->kind)) +
                   ":" + (is_number ? std::to_string(field->value) : std::string(field->bytes));
        }
    } catch (const Error& error) {
        return error.code() == ErrorCode::Format ? error.what() : "another code";
    }
    return all;
}

}  // namespace

class TestWireFormat : public QObject {
    Q_OBJECT

private slots:
    void fieldsAreReadInTheirOrder() {
        QCOMPARE(fieldsOf(""), ""s);
        QCOMPARE(fieldsOf("\x08\x96\x01"s), "1:0:150"s);
        QCOMPARE(fieldsOf("\x12\x07testing"s), "2:2:testing"s);
        QCOMPARE(fieldsOf("\x12\x00\x08\x01"s), "2:2: 1:0:1"s);
        QCOMPARE(fieldsOf("\x1D"
                          "abcd"
                          "\x21"
                          "abcdefgh"
                          "\xC0\x01\x05"s),
                 "3:5:abcd 4:1:abcdefgh 24:0:5"s);
        QCOMPARE(fieldsOf("\x08" + std::string(9, '\xFF') + "\x01"), "1:0:18446744073709551615"s);  // minus one
    }

    void aFloatIsFourBytes() {
        const std::string message = "\x15\x00\x00\xC0\xBF"s;  // 0xBFC00000
        WireReader reader(message, "here");
        const std::optional<WireField> field = reader.next();
        QVERIFY(field && field->is(2, WireKind::Four) && !field->is(2, WireKind::Varint) && !field->is(1, WireKind::Four));
        QCOMPARE(field->asFloat(), -1.5F);
        QVERIFY(!reader.next());
    }

    void whatIsBrokenIsNamed() {
        QCOMPARE(fieldsOf("\x08"s), "here: ends inside a number"s);
        QCOMPARE(fieldsOf("\x08\x96"s), "here: ends inside a number"s);
        QCOMPARE(fieldsOf("\x12\x07test"s), "here: field 2: expected 7 bytes, found 4"s);
        QCOMPARE(fieldsOf("\x1D\x01\x02"s), "here: field 3: expected 4 bytes, found 2"s);
        QCOMPARE(fieldsOf("\x21\x01"s), "here: field 4: expected 8 bytes, found 1"s);
        QCOMPARE(fieldsOf("\x08" + std::string(10, '\xFF') + "\x01"), "here: a number of more than 64 bits"s);
        for (const char kind : {'\x0B', '\x0C', '\x0E', '\x0F'})
            QCOMPARE(fieldsOf(std::string(1, kind)), "here: an unknown kind of field"s);
    }

    void whatIsWrittenIsWhatTheDocumentationShows() {
        std::string message;
        appendWireNumber(message, 1, 150);
        QVERIFY(message == "\x08\x96\x01"s);
        appendWireBytes(message, 2, "testing");
        QVERIFY(message == "\x08\x96\x01\x12\x07testing"s);
        message.clear();
        appendWireFloat(message, 2, -1.5F);
        QVERIFY(message == "\x15\x00\x00\xC0\xBF"s);
        message.clear();
        appendWireNumber(message, 24, 0);
        appendWireBytes(message, 1, std::string(200, 'a'));
        QVERIFY(message == "\xC0\x01\x00\x0A\xC8\x01"s + std::string(200, 'a'));
    }
};

QTEST_APPLESS_MAIN(TestWireFormat)
#include "tst_wire_format.moc"
