// Tokenizers in the styles of well-known models against an independent naive program (tests/data/tokenizer).

#include <QByteArray>
#include <QTest>
#include <filesystem>

#include "core/io/json_file.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

const std::filesystem::path kFolder = salient::test::testDataFolder() / "tokenizer";

std::string fromHex(const std::string& hex) { return QByteArray::fromHex(QByteArray::fromStdString(hex)).toStdString(); }

}  // namespace

class TestTokenizerCases : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { cases_ = readJson(kFolder / "cases.json"); }

    void everyTextGivesTheIdsAndTheTextBackThatTheNaiveProgramGives_data() {
        QTest::addColumn<QString>("name");
        for (const auto& [name, rows] : cases_["tokenizers"].items()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void everyTextGivesTheIdsAndTheTextBackThatTheNaiveProgramGives() {
        QFETCH(QString, name);
        const auto tokenizer = Tokenizer::open(kFolder / name.toStdString());
        const Json& rows = cases_["tokenizers"][name.toStdString()];
        Json texts = cases_["texts"];
        QVERIFY(texts.size() > 50);
        if (rows.size() > texts.size()) {
            for (const Json& text : cases_["more_texts"]) texts.push_back(text);
        }
        QCOMPARE(rows.size(), texts.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string text = fromHex(texts[i].get<std::string>());
            const auto expected = rows[i]["ids"].get<std::vector<TokenId>>();
            const std::vector<TokenId> ids = tokenizer->encode(text, true);
            if (ids != expected) {
                std::size_t at = 0;
                while (at < ids.size() && at < expected.size() && ids[at] == expected[at]) ++at;
                QFAIL(qPrintable(QString("text %1 (%2): first difference at token %3: expected %4, found %5")
                                     .arg(i)
                                     .arg(QString::fromStdString(text.substr(0, 60)))
                                     .arg(at)
                                     .arg(at < expected.size() ? expected[at] : -1)
                                     .arg(at < ids.size() ? ids[at] : -1)));
            }
            // Compared as bytes: a QString would hide broken UTF-8.
            const auto bytes = [](const std::string& value) { return QByteArray::fromStdString(value).toPercentEncoding(); };
            QCOMPARE(bytes(tokenizer->decode(ids, true)), bytes(rows[i]["text"].get<std::string>()));
            QCOMPARE(bytes(tokenizer->decode(ids, false)), bytes(rows[i]["text_with_special"].get<std::string>()));
        }
    }

private:
    Json cases_;
};

QTEST_APPLESS_MAIN(TestTokenizerCases)
#include "tst_tokenizer_cases.moc"
