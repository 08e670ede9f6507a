// A text that is found out once, whoever asks.

#include "core/model/once_text.h"

#include <QTest>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace salient;

class TestOnceText : public QObject {
    Q_OBJECT

private slots:
    void manyThreadsAskAndOneFindsOut() {
        const OnceText text;
        std::atomic<int> n_found = 0;
        std::vector<std::string> results(8);
        {
            std::vector<std::jthread> threads;
            for (std::string& result : results) {
                threads.emplace_back([&] {
                    result = text.get([&] {
                        ++n_found;
                        return std::string("found");
                    });
                });
            }
        }
        QCOMPARE(n_found.load(), 1);
        for (const std::string& result : results) QCOMPARE(result, std::string("found"));
        const OnceText copy = text;
        QCOMPARE(copy.get([] { return std::string("another"); }), std::string("found"));
    }

    void whatFailsIsAskedAgain() {
        const OnceText text;
        const auto fail = []() -> std::string { throw std::runtime_error("not now"); };
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(text.get(fail)), std::runtime_error);
        QCOMPARE(text.get([] { return std::string("found"); }), std::string("found"));
    }
};

QTEST_APPLESS_MAIN(TestOnceText)
#include "tst_once_text.moc"
