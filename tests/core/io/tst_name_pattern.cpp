#include "core/io/name_pattern.h"

#include <QTest>

#include "tests/core/io/io_testing.h"

using namespace salient;

class TestNamePattern : public QObject {
    Q_OBJECT

private slots:
    void findsAnywhereOrAtTheStart() {
        const NamePattern pattern("layers\\.\\d+", "keep");
        QVERIFY(pattern.occursIn("model.layers.10.mlp"));
        QVERIFY(!pattern.starts("model.layers.10.mlp"));
        QVERIFY(pattern.starts("layers.10.mlp"));
        QVERIFY(!pattern.occursIn("model.layers.x"));
        QVERIFY(NamePattern("^lm_head$", "keep").occursIn("lm_head"));
        QVERIFY(!NamePattern("^lm_head$", "keep").occursIn("lm_head2"));
    }

    void refusesABrokenExpression() {
        expectError([] { return NamePattern("(", "keep").occursIn("x"); }, ErrorCode::InvalidOption, "keep: expected a regular expression");
    }

    void refusesWhatWouldTakeForever() {
        const std::string name = "model.layers.10.self_attn.q_proj_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        QElapsedTimer timer;
        timer.start();
        expectError([&] { return NamePattern("(a|a|b?a)*[!?]", "keep").occursIn(name); }, ErrorCode::InvalidOption, "quick to match");
        QVERIFY(timer.elapsed() < 5000);
    }

    void refusesWhatIsTooLongOrTooDeep() {
        expectError([] { return NamePattern(std::string(1001, 'a'), "keep").occursIn("x"); }, ErrorCode::InvalidOption, "1001 bytes");
        expectError([] { return NamePattern(std::string(500, '(') + std::string(500, ')'), "keep").occursIn("x"); },
                    ErrorCode::InvalidOption, "regular expression");
    }
};

QTEST_APPLESS_MAIN(TestNamePattern)
#include "tst_name_pattern.moc"
