#include "core/seeded_hash.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QTest>
#include <vector>

using namespace salient;

namespace {

/// What a new process makes of that text.
std::size_t hashInAnotherProcess(std::string_view text) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) return 0;
    const pid_t child = ::fork();
    if (child == 0) {
        const std::size_t hash = SeededHash()(text);
        ::_exit(::write(ends[1], &hash, sizeof hash) == static_cast<ssize_t>(sizeof hash) ? 0 : 1);
    }
    std::size_t hash = 0;
    const bool is_read = ::read(ends[0], &hash, sizeof hash) == static_cast<ssize_t>(sizeof hash);
    ::close(ends[0]);
    ::close(ends[1]);
    int status = -1;
    return is_read && ::waitpid(child, &status, 0) == child && status == 0 ? hash : 0;
}

std::uint64_t inverseOf(std::uint64_t factor) {
    std::uint64_t inverse = 1;
    for (int i = 0; i < 6; ++i) inverse *= 2 - factor * inverse;  // Newton's method doubles the bits that are right
    return inverse;
}

/// Texts of sixteen bytes that all have one hash in libstdc++'s std::hash, which is MurmurHash2 under a key that is in its source: the
/// second half undoes what the first did.
std::vector<std::string> textsThatMeet(std::uint64_t n_texts) {
    constexpr std::uint64_t kFactor = 0xC6A4A7935BD1E995U;
    constexpr std::uint64_t kKey = 0xC70F6907U;
    const std::uint64_t inverse = inverseOf(kFactor);
    const auto fold = [](std::uint64_t value) { return value ^ (value >> 47U); };  // its own inverse
    std::vector<std::string> texts;
    for (std::uint64_t i = 0; i < n_texts; ++i) {
        const std::uint64_t first = i;
        const std::uint64_t state = (kKey ^ (16 * kFactor) ^ (fold(first * kFactor) * kFactor)) * kFactor;
        const std::uint64_t second = fold(state * inverse) * inverse;  // what is mixed in is the state, which makes it 0
        std::string text(16, '\0');
        std::memcpy(text.data(), &first, sizeof first);
        std::memcpy(text.data() + sizeof first, &second, sizeof second);
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace

class TestSeededHash : public QObject {
    Q_OBJECT

private slots:
    void eachProcessHasItsOwn() {  // before this one draws a key, which its children would inherit
        const std::size_t hashes[] = {hashInAnotherProcess("token"), hashInAnotherProcess("token"), SeededHash()("token")};
        QVERIFY(hashes[0] != 0 && hashes[1] != 0);
        QVERIFY(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
        QCOMPARE(SeededHash()("token"), hashes[2]);
        QCOMPARE(hashInAnotherProcess("token"), hashes[2]);  // now inherited
    }

    /// Key and texts are 0, 1, 2 … as bytes; vectors.h of the authors' reference code, as numbers.
    void itIsThePublishedSipHash() {
        const HashKey key{0x0706050403020100U, 0x0F0E0D0C0B0A0908U};
        std::string text;
        for (char byte = 0; byte < 64; ++byte) text.push_back(byte);
        const std::pair<std::size_t, std::uint64_t> cases[] = {
            {0, 0x726FDB47DD0E0E31U}, {1, 0x74F839C593DC67FDU},  {2, 0x0D6C8009D9A94F5AU},
            {3, 0x85676696D7FB7E2DU}, {7, 0xAB0200F58B01D137U},  {8, 0x93F5F5799A932462U},
            {9, 0x9E0082DF0BA9E4B0U}, {15, 0xA129CA6149BE45E5U}, {63, 0x958A324CEB064572U}};
        for (const auto& [length, hash] : cases) QCOMPARE((sipHash<2, 4>(key, std::string_view(text).substr(0, length))), hash);
    }

    /// hash(b"…") of CPython 3.11 with PYTHONHASHSEED=0.
    void ofFewerRoundsItIsThatOfOtherLanguages() {
        QCOMPARE((sipHash<1, 3>({}, "a")), std::uint64_t{4644417185603328019U});
        QCOMPARE((sipHash<1, 3>({}, "abcdefgh")), std::uint64_t{4574395652268504554U});
        QCOMPARE((sipHash<1, 3>({}, "abcdefghi")), std::uint64_t{17913969820989044453U});
    }

    // With the library's hash this takes 10^10 steps from one entry to the next.
    void textsThatAreMadeToMeetDoNotMeet() {
        const std::vector<std::string> texts = textsThatMeet(200'000);
#ifdef __GLIBCXX__
        for (const std::string& text : texts) QCOMPARE(std::hash<std::string>()(text), std::hash<std::string>()(texts.front()));
#endif
        QElapsedTimer timer;
        timer.start();
        StringMap<int> map;
        StringViewSet set;
        for (const std::string& text : texts) {
            map.emplace(text, static_cast<int>(map.size()));
            set.insert(text);
        }
        QCOMPARE(map.size(), texts.size());
        QCOMPARE(set.size(), texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i) QCOMPARE(map.find(std::string_view(texts[i]))->second, static_cast<int>(i));
        QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
    }
};

QTEST_APPLESS_MAIN(TestSeededHash)
#include "tst_seeded_hash.moc"
