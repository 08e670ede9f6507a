#include <QtTest>
#include <bit>
#include <cstring>
#include <limits>

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
    void everyHalfWidensAsDefined();
    void floatsNarrowAsDefined();
    void bytesMayLieAnywhere();
    void doublesAndFloatsAreRead();
    void rowsReadOnlyTheirBytes();
    void integerTypesAreRefused();
    void shapesThatDisagreeAreRefused();
    void firstNonFiniteFindsThePosition_data();
    void firstNonFiniteFindsThePosition();
};

void TestConvert::everyHalfWidensAsDefined() {
    std::vector<std::uint16_t> halves;
    for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) halves.push_back(static_cast<std::uint16_t>(bits));
    halves.push_back(1);
    const std::vector<std::byte> bytes = bytesOf(halves);
    forEachTarget([&] {
        const std::vector<float> from_half = toFloats(viewOf(bytes, DType::F16, {static_cast<std::int64_t>(halves.size())}));
        const std::vector<float> from_brain = toFloats(viewOf(bytes, DType::BF16, {static_cast<std::int64_t>(halves.size())}));
        for (std::size_t i = 0; i < halves.size(); ++i) {
            QVERIFY2(sameBits(from_half[i], fromFloat16(halves[i])), qPrintable(QString::number(halves[i], 16)));
            QVERIFY2(sameBits(from_brain[i], fromBFloat16(halves[i])), qPrintable(QString::number(halves[i], 16)));
        }
    });
}

void TestConvert::floatsNarrowAsDefined() {
    const std::vector<float> values = interestingFloats();
    forEachTarget([&] {
        const std::vector<std::byte> half = fromFloats(values, DType::F16);
        const std::vector<std::byte> brain = fromFloats(values, DType::BF16);
        std::vector<float> rounded = values;
        roundToBFloat16(rounded.data(), rounded.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            std::uint16_t h = 0;
            std::uint16_t b = 0;
            std::memcpy(&h, half.data() + 2 * i, 2);
            std::memcpy(&b, brain.data() + 2 * i, 2);
            if (h == toFloat16(values[i]) && b == toBFloat16(values[i]) && sameBits(rounded[i], fromBFloat16(b))) continue;
            QFAIL(qPrintable(QString::number(std::bit_cast<std::uint32_t>(values[i]), 16)));
        }
    });
}

void TestConvert::bytesMayLieAnywhere() {
    const Matrix values = randomMatrix(1, 100, 41);
    std::vector<std::byte> bytes = fromFloats({values.data(), 100}, DType::BF16);
    const std::vector<float> expected = toFloats(viewOf(bytes, DType::BF16, {100}));
    bytes.insert(bytes.begin(), std::byte{0});
    TensorView odd = viewOf(bytes, DType::BF16, {100});
    odd.bytes = std::span<const std::byte>(bytes).subspan(1);
    QVERIFY(toFloats(odd) == expected);
}

void TestConvert::doublesAndFloatsAreRead() {
    const std::vector<double> doubles{1.0, -0.1, 1e300, 0.0};
    const std::vector<float> from_doubles = toFloats(viewOf(bytesOf(doubles), DType::F64, {2, 2}));
    QCOMPARE(from_doubles[1], -0.1F);
    QVERIFY(std::isinf(from_doubles[2]));
    const std::vector<float> floats{1.5F, -2.5F, 3.5F};
    QVERIFY(toFloats(viewOf(bytesOf(floats), DType::F32, {3})) == floats);
    QVERIFY(toFloats(viewOf({}, DType::F32, {0})).empty());
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
        for (const float bad : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN()}) {
            for (const int at : {n - 1, n / 2, 0}) {
                values[static_cast<std::size_t>(at)] = bad;
                QCOMPARE(firstNonFinite(values), Index{at});
            }
            std::ranges::fill(values, -1.0F);
        }
    });
}

QTEST_APPLESS_MAIN(TestConvert)
#include "tst_convert.moc"
