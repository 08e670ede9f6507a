#include <QTest>
#include <vector>

#include "core/io/process_memory.h"

using namespace salient;

class TestProcessMemory : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("a sanitizer's allocator keeps and gives back as it likes");
#endif
        keepFreedMemory();
    }

    void whatIsLetGoIsKeptUntilItIsGivenBack() {
        constexpr std::int64_t kBlock = 200'000'000;
        giveBackFreedMemory();
        const std::int64_t before = heldMemoryBytes();
        { const std::vector<char> block(kBlock, 'x'); }
        QVERIFY2(heldMemoryBytes() - before > kBlock * 9 / 10, "a block that was let go went back to the system");
        { const std::vector<char> again(kBlock, 'y'); }
        QVERIFY(heldMemoryBytes() - before < kBlock * 11 / 10);
        giveBackFreedMemory();
        QVERIFY(heldMemoryBytes() - before < kBlock / 10);
    }
};

QTEST_APPLESS_MAIN(TestProcessMemory)
#include "tst_process_memory.moc"
