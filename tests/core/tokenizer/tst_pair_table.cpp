#include "core/tokenizer/pair_table.h"

#include <QElapsedTimer>
#include <QTest>
#include <map>
#include <random>

using namespace salient;

class TestPairTable : public QObject {
    Q_OBJECT

private slots:
    void pairsAreFoundAsInAMap() {
        std::mt19937 random(20261130);
        for (const std::uint32_t range : {8U, 300U, 0xFFFFFFFEU}) {
            std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> expected;
            PairTable table(5000);
            for (std::uint32_t i = 0; i < 5000; ++i) {
                const auto first = static_cast<std::uint32_t>(random()) % range;
                const auto second = static_cast<std::uint32_t>(random()) % range;
                table.set(first, second, i);
                expected[{first, second}] = i;
            }
            for (const auto& [pair, value] : expected) QCOMPARE(table.find(pair.first, pair.second), value);
            for (std::uint32_t i = 0; i < 5000; ++i) {
                const std::pair<std::uint32_t, std::uint32_t> pair{random() % range, random() % range};
                const auto found = expected.find(pair);
                QCOMPARE(table.find(pair.first, pair.second), found == expected.end() ? PairTable::kNone : found->second);
            }
        }
        QCOMPARE(PairTable().find(0, 0), PairTable::kNone);
    }

    // Pairs for whom Fibonacci hashing, which is what everyone would guess, has one place: with it, this takes 10^11 steps.
    void pairsThatAreMadeToMeetDoNotMeet() {
        constexpr std::uint32_t kPairs = 500'000;
        constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15U;
        std::uint64_t inverse = 1;
        for (int i = 0; i < 6; ++i) inverse *= 2 - kFactor * inverse;  // Newton's method doubles the bits that are right
        QCOMPARE(kFactor * inverse, std::uint64_t{1});
        PairTable table(kPairs);
        QElapsedTimer timer;
        timer.start();
        const auto keyOf = [&](std::uint64_t i) {  // its product has two equal halves, whose XOR is 0
            return (i << 32U | i) * inverse;
        };
        for (std::uint32_t i = 1; i <= kPairs; ++i) {
            const std::uint64_t key = keyOf(i);
            table.set(static_cast<std::uint32_t>(key >> 32U), static_cast<std::uint32_t>(key), i);
        }
        for (std::uint32_t i = 1; i <= kPairs; ++i) {
            const std::uint64_t key = keyOf(i);
            QCOMPARE(table.find(static_cast<std::uint32_t>(key >> 32U), static_cast<std::uint32_t>(key)), i);
        }
        QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
    }
};

QTEST_APPLESS_MAIN(TestPairTable)
#include "tst_pair_table.moc"
