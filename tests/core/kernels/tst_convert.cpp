#include <QTest>
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/kernels/stored.h"
#include "core/tensor/float16.h"
#include "tests/core/kernels/matrices.h"
#include "tests/core/kernels/targets.h"

using namespace salient;

namespace {

/// Floats around everything that matters to a 16-bit form: each of its values, the ties between neighbours and what lies next to them.
std::vector<float> interestingFloats() {
    std::vector<float> values;
    for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
        for (const float v : {fromFloat16(static_cast<std::uint16_t>(bits)), fromBFloat16(static_cast<std::uint16_t>(bits))}) {
            const auto at = std::bit_cast<std::uint32_t>(v);
            for (const std::uint32_t step : {0U, 1U, 0xfffU, 0x1000U, 0x1001U, 0x7fffU, 0x8000U, 0x8001U}) {
                values.push_back(std::bit_cast<float>(at + step));
            }
        }
    }
    values.push_back(1.0F);  // an odd number of values, so that a last vector is not full
    return values;
}

TensorView viewOf(const std::vector<std::byte>& bytes, DType type, std::vector<std::int64_t> shape) {
    return {"w", type, std::move(shape), bytes, nullptr};
}

template <typename T>
std::vector<std::byte> bytesOf(const std::vector<T>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

bool sameBits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

}  // namespace

class TestConvert : public QObject {
    Q_OBJECT

private slots:
    void definitionIsTheScalarOne();
    void everyHalfWidensAsDefined();
    void floatsNarrowAsDefined();
    void runsOfAnyLengthEqualTheDefinition_data();
    void runsOfAnyLengthEqualTheDefinition();
    void bytesMayLieAnywhere();
    void doublesAndFloatsAreRead();
    void rowsReadOnlyTheirBytes();
    void integerTypesAreRefused();
    void shapesThatDisagreeAreRefused();
    void firstNonFiniteFindsThePosition_data();
    void firstNonFiniteFindsThePosition();
};

// core/tensor/float16.h, which is tested against the formats themselves.
void TestConvert::definitionIsTheScalarOne() {
    const std::vector<float> values{1.0F, -0.1F, 65519.0F, 65520.0F, 1e-30F, std::numeric_limits<float>::infinity()};
    const std::vector<std::byte> half = fromFloatsPlain(values, DType::F16);
    const std::vector<std::byte> brain = fromFloatsPlain(values, DType::BF16);
    const std::vector<float> from_half = toFloatsPlain(viewOf(half, DType::F16, {6}));
    const std::vector<float> from_brain = toFloatsPlain(viewOf(brain, DType::BF16, {6}));
    for (std::size_t i = 0; i < values.size(); ++i) {
        QVERIFY(sameBits(from_half[i], fromFloat16(toFloat16(values[i]))));
        QVERIFY(sameBits(from_brain[i], fromBFloat16(toBFloat16(values[i]))));
    }
    QVERIFY(toFloatsPlain(viewOf(fromFloatsPlain(values, DType::F32), DType::F32, {6})) == values);
    QVERIFY(toFloatsPlain(viewOf(bytesOf(std::vector<double>{0.1}), DType::F64, {1})) == std::vector<float>{0.1F});
    QVERIFY_EXCEPTION_THROWN((void)fromFloatsPlain(values, DType::F64), Error);
    QVERIFY_EXCEPTION_THROWN((void)toFloatsPlain(viewOf(half, DType::I8, {12})), Error);
}

void TestConvert::everyHalfWidensAsDefined() {
    std::vector<std::uint16_t> halves;
    for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) halves.push_back(static_cast<std::uint16_t>(bits));
    halves.push_back(1);
    const std::vector<std::byte> bytes = bytesOf(halves);
    for (const DType type : {DType::F16, DType::BF16}) {
        const TensorView tensor = viewOf(bytes, type, {static_cast<std::int64_t>(halves.size())});
        const std::vector<float> plain = toFloatsPlain(tensor);
        forEachTarget([&] {
            const std::vector<float> fast = toFloats(tensor);
            QCOMPARE(fast.size(), plain.size());
            for (std::size_t i = 0; i < halves.size(); ++i)
                QVERIFY2(sameBits(fast[i], plain[i]), qPrintable(QString::number(halves[i], 16)));
        });
    }
}

void TestConvert::floatsNarrowAsDefined() {
    const std::vector<float> values = interestingFloats();
    for (const DType type : {DType::F32, DType::F16, DType::BF16}) {
        const std::vector<std::byte> plain = fromFloatsPlain(values, type);
        forEachTarget([&] { QVERIFY(fromFloats(values, type) == plain); });
    }
    std::vector<float> plain_rounded = values;
    roundToBFloat16Plain(plain_rounded.data(), plain_rounded.size());
    forEachTarget([&] {
        std::vector<float> rounded = values;
        roundToBFloat16(rounded.data(), rounded.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY2(sameBits(rounded[i], plain_rounded[i]), qPrintable(QString::number(std::bit_cast<std::uint32_t>(values[i]), 16)));
    });
}

void TestConvert::runsOfAnyLengthEqualTheDefinition_data() {
    QTest::addColumn<int>("count");
    for (const int count : {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 100}) QTest::addRow("%d", count) << count;
}

// Nothing behind a run is written, at odd addresses too.
void TestConvert::runsOfAnyLengthEqualTheDefinition() {
    QFETCH(int, count);
    const auto n = static_cast<std::size_t>(count);
    const Matrix values = randomMatrix(1, 101, 43);
    const std::vector<std::byte> halves = fromFloatsPlain({values.data(), 101}, DType::F16);
    using Widen = void (*)(const std::byte*, std::size_t, float*) noexcept;
    using Narrow = void (*)(const float*, std::size_t, std::byte*) noexcept;
    const std::pair<Widen, Widen> widenings[] = {{widenFloat16, widenFloat16Plain}, {widenBFloat16, widenBFloat16Plain}};
    const std::pair<Narrow, Narrow> narrowings[] = {{narrowToFloat16, narrowToFloat16Plain}, {narrowToBFloat16, narrowToBFloat16Plain}};
    forEachTarget([&] {
        for (const auto& [fast, plain] : widenings) {
            std::vector<float> found(n + 1, 7.0F);
            std::vector<float> expected(n + 1, 7.0F);
            fast(halves.data() + 1, n, found.data());
            plain(halves.data() + 1, n, expected.data());
            QVERIFY(std::ranges::equal(found, expected, sameBits));
        }
        for (const auto& [fast, plain] : narrowings) {
            std::vector<std::byte> found(2 * n + 2, std::byte{7});
            std::vector<std::byte> expected(2 * n + 2, std::byte{7});
            fast(values.data() + 1, n, found.data() + 1);
            plain(values.data() + 1, n, expected.data() + 1);
            QVERIFY(found == expected);
        }
        std::vector<float> found(values.data(), values.data() + n + 1);
        std::vector<float> expected = found;
        roundToBFloat16(found.data(), n);
        roundToBFloat16Plain(expected.data(), n);
        QVERIFY(found == expected);
        QVERIFY(!hasNonFinite(values.data(), n));
        QVERIFY(!hasNonFinitePlain(values.data(), n));
        for (std::size_t bad = 0; bad < n; ++bad) {
            found[bad] = bad % 2 == 0 ? std::numeric_limits<float>::quiet_NaN() : -std::numeric_limits<float>::infinity();
            QVERIFY(hasNonFinite(found.data(), n));
            QVERIFY(hasNonFinitePlain(found.data(), n));
            QVERIFY(!hasNonFinite(found.data(), bad));
            found[bad] = 1.0F;
        }
    });
}

void TestConvert::bytesMayLieAnywhere() {
    const Matrix values = randomMatrix(1, 100, 41);
    for (const DType type : {DType::F32, DType::F16, DType::BF16}) {
        std::vector<std::byte> bytes = fromFloats({values.data(), 100}, type);
        const std::vector<float> expected = toFloatsPlain(viewOf(bytes, type, {100}));
        bytes.insert(bytes.begin(), std::byte{0});
        TensorView odd = viewOf(bytes, type, {100});
        odd.bytes = std::span<const std::byte>(bytes).subspan(1);
        QVERIFY(toFloats(odd) == expected);
    }
}

void TestConvert::doublesAndFloatsAreRead() {
    const std::vector<double> doubles{1.0, -0.1, 1e300, 0.0};
    const std::vector<float> from_doubles = toFloats(viewOf(bytesOf(doubles), DType::F64, {2, 2}));
    QCOMPARE(from_doubles[1], -0.1F);
    QVERIFY(std::isinf(from_doubles[2]));
    const std::vector<float> floats{1.5F, -2.5F, 3.5F};
    QVERIFY(toFloats(viewOf(bytesOf(floats), DType::F32, {3})) == floats);
    QVERIFY(toFloats(viewOf(bytesOf(doubles), DType::F64, {4})) == toFloatsPlain(viewOf(bytesOf(doubles), DType::F64, {4})));
    QVERIFY(toFloats(viewOf({}, DType::F32, {0})).empty());
    QVERIFY(toFloatsPlain(viewOf({}, DType::F32, {0})).empty());
}

void TestConvert::rowsReadOnlyTheirBytes() {
    const Matrix values = randomMatrix(7, 5, 42);
    const std::vector<std::byte> bytes = bytesOf(std::vector<float>(values.data(), values.data() + 35));
    const TensorView tensor = viewOf(bytes, DType::F32, {7, 5});
    QVERIFY(toMatrix(tensor) == values);
    QVERIFY(toMatrixRows(tensor, 2, 3) == values.middleRows(2, 3));
    QCOMPARE(toMatrixRows(tensor, 7, 0).rows(), 0);
    QVERIFY_EXCEPTION_THROWN((void)toMatrixRows(tensor, 5, 3), Error);
}

void TestConvert::integerTypesAreRefused() {
    const std::vector<std::byte> bytes(4);
    for (const DType type : {DType::I8, DType::U8, DType::Bool}) {
        QVERIFY_EXCEPTION_THROWN((void)toFloats(viewOf(bytes, type, {4})), Error);
    }
    QVERIFY_EXCEPTION_THROWN((void)fromFloats({}, DType::I32), Error);
}

void TestConvert::shapesThatDisagreeAreRefused() {
    const std::vector<std::byte> bytes(10);
    QVERIFY_EXCEPTION_THROWN((void)toFloats(viewOf(bytes, DType::F32, {3})), Error);
    QVERIFY_EXCEPTION_THROWN((void)toMatrix(viewOf(bytes, DType::BF16, {5})), Error);
}

void TestConvert::firstNonFiniteFindsThePosition_data() {
    QTest::addColumn<int>("n");
    for (const int n : {1, 16, 17, 1023, 1024, 1025, 5000}) QTest::addRow("%d", n) << n;
}

void TestConvert::firstNonFiniteFindsThePosition() {
    QFETCH(int, n);
    forEachTarget([&] {
        std::vector<float> values(static_cast<std::size_t>(n), std::numeric_limits<float>::max());
        QCOMPARE(firstNonFinite(values), Index{-1});
        QCOMPARE(firstNonFinitePlain(values), Index{-1});
        for (const float bad : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN()}) {
            for (const int at : {n - 1, n / 2, 0}) {
                values[static_cast<std::size_t>(at)] = bad;
                QCOMPARE(firstNonFinite(values), Index{at});
                QCOMPARE(firstNonFinitePlain(values), Index{at});
            }
            std::ranges::fill(values, -1.0F);
        }
    });
}

QTEST_APPLESS_MAIN(TestConvert)
#include "tst_convert.moc"
