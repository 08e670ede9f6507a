#include "core/tokenizer/unicode.h"

#include <QElapsedTimer>
#include <QString>
#include <QTest>
#include <random>
#include <vector>

#include "core/tokenizer/byte_level.h"
#include "core/tokenizer/display_text.h"

using namespace salient;

class TestUnicode : public QObject {
    Q_OBJECT

private slots:
    void everyCodePointIsEncodedAndDecoded() {
        for (char32_t c = 0; c <= 0x10FFFF; ++c) {
            if (c >= 0xD800 && c <= 0xDFFF) continue;
            std::string text = "x";
            unicode::appendUtf8(text, c);
            QVERIFY(unicode::isValid(text));
            QCOMPARE(unicode::decodeAt(text, 1).value, c);
            QCOMPARE(unicode::decodeAt(text, 1).n_bytes + 1, text.size());
            QCOMPARE(unicode::decodeBefore(text, text.size()).value, c);
            QVERIFY(!unicode::isValid(text.substr(0, text.size() - 1)) || c < 0x80);
        }
    }

    // Table 3-8 of the Unicode Standard and its neighbours: one replacement per maximal subpart.
    void brokenSequencesBecomeReplacementCharacters_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const QByteArray& bytes, const char16_t* text) {
            QTest::newRow(name) << bytes << QString::fromUtf16(text);
        };
        row("fine", "aé日😀", u"aé日😀");
        row("lone continuation", "a\x80\xbf", u"a\uFFFD\uFFFD");
        row("overlong", "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", u"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
        row("surrogates", "\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", u"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
        row("too large", "\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", u"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB");
        row("truncated", "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", u"\uFFFD\uFFFD\uFFFD\uFFFDA");
        row("cut at the end", "12345678\xf0\x9f\x98", u"12345678\uFFFD");
    }
    void brokenSequencesBecomeReplacementCharacters() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        QCOMPARE(QString::fromStdString(unicode::replaceBroken(bytes.toStdString())), text);
    }

    void normalFormsAreThoseOfQt_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("ascii") << "plain text";
        QTest::newRow("mark after ascii") << QString::fromUtf8("cafe\u0301 cafe\u0301s e\u0301");
        QTest::newRow("mark first") << QString::fromUtf8("\u0301a");
        QTest::newRow("order of marks") << QString::fromUtf8("a\u0323\u0307b\u0307\u0323");
        QTest::newRow("hangul") << QString::fromUtf8("각 \u1100\u1161\u11a8");
        QTest::newRow("compatibility") << QString::fromUtf8("ﬁ ① Å Ω ｆ½");
        QTest::newRow("mixed") << QString::fromUtf8("A\u030Angström, 日本\u3099語 x\u0300");
    }
    void normalFormsAreThoseOfQt() {
        QFETCH(QString, text);
        const auto by = [&](unicode::Form form) { return QString::fromStdString(unicode::normalize(text.toStdString(), form)); };
        QCOMPARE(by(unicode::Form::Nfc), text.normalized(QString::NormalizationForm_C));
        QCOMPARE(by(unicode::Form::Nfd), text.normalized(QString::NormalizationForm_D));
        QCOMPARE(by(unicode::Form::Nfkc), text.normalized(QString::NormalizationForm_KC));
        QCOMPARE(by(unicode::Form::Nfkd), text.normalized(QString::NormalizationForm_KD));
    }

    void marksAreOrderedAsQtOrdersThem() {
        std::mt19937 random(20261130);
        const std::vector<char32_t> points{'a',    'e',    0xE9,    0x1EAD,  0x300,  0x301,  0x307,  0x323,  0x327,  0x334,  0x345,
                                           0x35C,  0x5B0,  0x591,   0x3099,  0x1100, 0x1161, 0x11A8, 0xAC00, 0xFB01, 0x9BE,  0x9C7,
                                           0x1E9B, 0x212B, 0x1D165, 0x1D16D, 0x1F84, ' ',    0x0344, 0x0F73, 0xFDFA, 0x2F8A6};
        for (int round = 0; round < 3000; ++round) {
            std::string text;
            for (std::size_t n = random() % 24; n > 0; --n) unicode::appendUtf8(text, points[random() % points.size()]);
            const QString of_qt = QString::fromStdString(text);
            const auto by = [&](unicode::Form form) { return QString::fromStdString(unicode::normalize(text, form)); };
            QCOMPARE(by(unicode::Form::Nfc), of_qt.normalized(QString::NormalizationForm_C));
            QCOMPARE(by(unicode::Form::Nfd), of_qt.normalized(QString::NormalizationForm_D));
            QCOMPARE(by(unicode::Form::Nfkc), of_qt.normalized(QString::NormalizationForm_KC));
            QCOMPARE(by(unicode::Form::Nfkd), of_qt.normalized(QString::NormalizationForm_KD));
        }
    }

    // Exchanging neighbours, 10^11 of them here, would take minutes.
    void aLongRunOfMarksIsOrderedSoon() {
        constexpr int kHalf = 400'000;
        std::string text = "x";
        for (int i = 0; i < kHalf; ++i) text += "\u0307\u0323";  // above, class 230, before below, class 220
        QElapsedTimer timer;
        timer.start();
        const std::string ordered = unicode::normalize(text, unicode::Form::Nfd);
        QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(ordered.size(), text.size());
        const std::string below = "\u0323";
        const std::string above = "\u0307";
        for (std::size_t i = 0; i < 2 * kHalf; ++i) QVERIFY(ordered.compare(1 + 2 * i, 2, i < kHalf ? below : above) == 0);
    }

    void lowerCaseGoesCharacterByCharacter() { QCOMPARE(unicode::toLower("ÀB ΣΑΣ ẞİ"), std::string("àb σασ ßi\u0307")); }

    // The rules of Unicode Standard Annex 29, one by one: what stands between two bars is one cluster.
    void clustersAreWhatPeopleSeeAsOneCharacter_data() {
        QTest::addColumn<QString>("clusters");
        QTest::newRow("ascii") << "a|b| |c";
        QTest::newRow("line ends") << "\r\n|\n|\r|a|\r\n|\r\n|\r";
        QTest::newRow("marks") << QString::fromUtf8("e\u0301|e\u0301\u0302|x|\u0915\u093F|a");
        QTest::newRow("marks first") << QString::fromUtf8("\u0301|a");
        QTest::newRow("mark after a control") << QString::fromUtf8("\r|\u0301|\n|\u0301");
        QTest::newRow("before") << QString::fromUtf8("a|\u06001|2");
        QTest::newRow("hangul") << QString::fromUtf8("\u1100\u1161\u11A8|\u1100\u1161|각|\uAC00\u11A8|가|a");
        QTest::newRow("families") << QString::fromUtf8("👩‍👩‍👧‍👦|👍🏽|☺\uFE0F|a\u200D|👍");
        QTest::newRow("flags") << QString::fromUtf8("🇩🇪|🇫🇷|🇩|a|🇩");
        QTest::newRow("wide") << QString::fromUtf8("日|本|語|ｶﾞ|か\u3099");
    }
    void clustersAreWhatPeopleSeeAsOneCharacter() {
        QFETCH(QString, clusters);
        QString text = clusters;
        const std::string whole = text.remove('|').toStdString();
        QStringList found;
        for (std::size_t begin = 0; begin < whole.size();) {
            const std::size_t end = unicode::clusterEnd(whole, begin);
            QVERIFY(end > begin && end <= whole.size());
            found << QString::fromStdString(whole.substr(begin, end - begin));
            begin = end;
        }
        QCOMPARE(found.join('|'), clusters);
    }

    void classesOfCharacters() {
        for (char32_t c = 0; c < 0x80; ++c) {
            const auto latin = static_cast<char>(c);
            QCOMPARE(unicode::isWhiteSpace(c), c == ' ' || (c >= 9 && c <= 13));
            QCOMPARE(unicode::isNumeric(c), latin >= '0' && latin <= '9');
            QCOMPARE(unicode::isWord(c), std::isalnum(latin) != 0 || latin == '_');
            QCOMPARE(unicode::isPunctuation(c), std::ispunct(latin) != 0);
            QCOMPARE(unicode::isVisible(c), c >= 0x20 && c != 0x7F);
        }
        QVERIFY(unicode::isWhiteSpace(0x3000) && unicode::isWhiteSpace(0x85) && !unicode::isWhiteSpace(0x180E) &&
                !unicode::isWhiteSpace(0x200B));
        QVERIFY(unicode::isNumeric(0x0664) && unicode::isNumeric(0x216B) && unicode::isNumeric(0xBD) && !unicode::isNumeric(0x4E00));
        QVERIFY(unicode::isMark(0x301) && unicode::isMark(0x903) && unicode::isMark(0x20DD) && !unicode::isMark('a'));
        QVERIFY(unicode::isNonspacingMark(0x301) && !unicode::isNonspacingMark(0x903) && !unicode::isNonspacingMark('a'));
        QVERIFY(unicode::isControl(0) && unicode::isControl(0x85) && unicode::isControl(0x200B) && unicode::isControl(0xE000) &&
                !unicode::isControl(0x378) && !unicode::isControl(0x2028) && !unicode::isControl(' '));
        QVERIFY(unicode::isWord(0x4E00) && unicode::isWord(0x24B6) && unicode::isWord(0x200D) && unicode::isWord(0x301) &&
                !unicode::isWord(0x1F600));
        QVERIFY(unicode::isPunctuation(0x3002) && !unicode::isPunctuation(0x20AC));
        QVERIFY(!unicode::isVisible(0x202E) && !unicode::isVisible(0x200D) && !unicode::isVisible(0xE000) && unicode::isVisible(0x301));
    }

    void everyByteHasItsOwnCharacter() {
        std::string bytes;
        for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
        std::string spelled;
        appendByteLevel(spelled, bytes);
        QCOMPARE(bytesFromByteLevel(spelled), std::optional(bytes));
        QVERIFY(std::ranges::none_of(spelled, [](char c) { return c == ' ' || c == '\n'; }));
        std::string space;
        appendByteLevel(space, " \n\xad");
        QCOMPARE(space, std::string("ĠĊŃ"));
        QVERIFY(!bytesFromByteLevel("日") && !bytesFromByteLevel("a b"));
    }

    void screensGetNoControlCharacters() {
        QCOMPARE(escapedForDisplay("a\nb\t\xe2\x80\xae\xff\xc3"), std::string("a\\nb\\t\\u{202E}\\xFF\\xC3"));
        QCOMPARE(escapedForDisplay("é 日\\"), std::string("é 日\\"));
    }
};

QTEST_APPLESS_MAIN(TestUnicode)
#include "tst_unicode.moc"
