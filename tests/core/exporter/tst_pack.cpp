#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <random>

#include "core/exporter/checksum.h"
#include "core/exporter/layer_form.h"
#include "core/exporter/pack_awq.h"
#include "core/exporter/pack_compressed.h"
#include "core/exporter/pack_gptq.h"
#include "core/exporter/stored_floats.h"
#include "core/io/json_file.h"
#include "core/kernels/convert.h"
#include "core/model/packed/stored_layer.h"
#include "tests/support/places.h"

using namespace salient;

/// Packers against words computed by an independent program, and against the independent readers.
class TestPack : public QObject {
    Q_OBJECT

private slots:
    void wordsAreThoseOfTheDescription_data();
    void wordsAreThoseOfTheDescription();
    void symmetricZerosAreTheKnownPatterns();
    void unpackOfPackIsIdentity_data();
    void unpackOfPackIsIdentity();
    void int8CodesAreTwosComplement();
    void checksumIsTheDocumentedOne();
    void checksumSeesEverySingleWord();
    void floatTextIsExact();
    void float16OverflowIsNamed();
    void float16UnderflowIsCounted();
    void digitsThatSubnormalsLoseAreCounted_data();
    void digitsThatSubnormalsLoseAreCounted();
    void smallValuesAreFoundWhereverTheyStand();
    void aRaggedGroupIsRefused();
};

namespace {

QuantizedTensor emptyTensor(int bits, bool symmetric, Index n_out, Index n_in, Index group_size) {
    QuantizedTensor tensor;
    tensor.spec.bits = bits;
    tensor.spec.is_symmetric = symmetric;
    tensor.spec.group_size = group_size;
    tensor.spec.scale_type = DType::F16;
    const Index n_groups = tensor.spec.groupCount(n_in);
    tensor.codes = CodeMatrix::Zero(n_out, n_in);
    tensor.scale = Matrix::Constant(n_out, n_groups, 0.5F);
    tensor.zero = Matrix::Constant(n_out, n_groups, static_cast<float>(1 << (bits - 1)));
    for (Index k = 0; k < n_in; ++k) tensor.group_index.push_back(static_cast<std::int32_t>(k / tensor.spec.groupSizeFor(n_in)));
    return tensor;
}

QuantizedTensor randomTensor(int bits, bool symmetric, Index n_out, Index n_in, Index group_size, bool shuffled) {
    QuantizedTensor tensor = emptyTensor(bits, symmetric, n_out, n_in, group_size);
    std::mt19937 random(static_cast<unsigned>(bits * 1000 + n_out));
    const auto code = [&] { return random() % (1U << static_cast<unsigned>(bits)); };
    for (Index i = 0; i < tensor.codes.size(); ++i) tensor.codes.data()[i] = static_cast<std::uint8_t>(code());
    for (Index i = 0; i < tensor.scale.size(); ++i)
        tensor.scale.data()[i] = roundToStored(0.001F + 0.01F * static_cast<float>(random() % 997), DType::F16);
    if (!symmetric) {
        for (Index i = 0; i < tensor.zero.size(); ++i) tensor.zero.data()[i] = static_cast<float>(code());
    }
    if (shuffled) std::shuffle(tensor.group_index.begin(), tensor.group_index.end(), random);
    return tensor;
}

std::vector<std::uint32_t> wordsOf(const PackedTensor& tensor) {
    std::vector<std::uint32_t> words(tensor.bytes.size() / 4);
    std::memcpy(words.data(), tensor.bytes.data(), words.size() * 4);
    return words;
}

const PackedTensor& named(const std::vector<PackedTensor>& packed, const std::string& suffix) {
    const auto found = std::find_if(packed.begin(), packed.end(), [&](const PackedTensor& t) { return t.layout.name == "x." + suffix; });
    if (found == packed.end()) throw std::runtime_error("no tensor " + suffix);
    return *found;
}

std::vector<PackedTensor> pack(const std::string& form, const QuantizedTensor& tensor, bool has_groups) {
    if (form == "gptq") return packGptq("x", tensor, DType::F16, GptqVersion::V1);
    if (form == "gptq_v2") return packGptq("x", tensor, DType::F16, GptqVersion::V2);
    if (form == "awq") return packAwq("x", tensor, DType::F16);
    return packQuantized("x", tensor, DType::F16, has_groups);
}

}  // namespace

void TestPack::wordsAreThoseOfTheDescription_data() {
    QTest::addColumn<int>("which");
    const Json cases = readJson(salient::test::testDataFolder() / "exporter" / "packed_cases.json");
    for (int i = 0; i < static_cast<int>(cases.size()); ++i) {
        const Json& c = cases[static_cast<std::size_t>(i)];
        QTest::addRow("%s %d bits %s", c["form"].get<std::string>().c_str(), c["bits"].get<int>(),
                      c["symmetric"].get<bool>() ? "symmetric" : "asymmetric")
            << i;
    }
}

void TestPack::wordsAreThoseOfTheDescription() {
    QFETCH(int, which);
    const Json c = readJson(salient::test::testDataFolder() / "exporter" / "packed_cases.json")[static_cast<std::size_t>(which)];
    const auto codes = c["codes"].get<std::vector<std::vector<int>>>();
    const auto zeros = c["zeros"].get<std::vector<std::vector<int>>>();
    const auto n_out = static_cast<Index>(codes.size());
    const auto n_in = static_cast<Index>(codes[0].size());
    const Index group_size = n_in / static_cast<Index>(zeros[0].size());
    QuantizedTensor tensor = emptyTensor(c["bits"].get<int>(), c["symmetric"].get<bool>(), n_out, n_in, group_size);
    for (Index n = 0; n < n_out; ++n) {
        for (Index k = 0; k < n_in; ++k)
            tensor.codes(n, k) = static_cast<std::uint8_t>(codes[static_cast<std::size_t>(n)][static_cast<std::size_t>(k)]);
        for (Index g = 0; g < tensor.zero.cols(); ++g)
            tensor.zero(n, g) = static_cast<float>(zeros[static_cast<std::size_t>(n)][static_cast<std::size_t>(g)]);
    }
    const std::vector<PackedTensor> packed = pack(c["form"].get<std::string>(), tensor, false);
    for (const auto& [suffix, rows] : c["words"].items()) {
        std::vector<std::uint32_t> wanted;
        for (const Json& row : rows) {
            for (const Json& word : row) wanted.push_back(word.get<std::uint32_t>());
        }
        const PackedTensor& found = named(packed, suffix);
        const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows[0].size())};
        QCOMPARE(found.layout.shape, shape);
        QVERIFY2(wordsOf(found) == wanted, suffix.c_str());
    }
}

void TestPack::symmetricZerosAreTheKnownPatterns() {
    const std::pair<int, std::uint32_t> kPatterns[] = {{2, 0x55555555}, {4, 0x77777777}, {8, 0x7F7F7F7F}};
    for (const auto& [bits, pattern] : kPatterns) {
        for (const std::uint32_t word : wordsOf(named(pack("gptq", emptyTensor(bits, true, 32, 32, -1), false), "qzeros")))
            QCOMPARE(word, pattern);
    }
    for (const std::uint32_t word : wordsOf(named(pack("gptq_v2", emptyTensor(4, true, 32, 32, -1), false), "qzeros")))
        QCOMPARE(word, 0x88888888U);
    QCOMPARE(gptqVersionFor(emptyTensor(4, true, 32, 32, -1).spec), GptqVersion::V1);
    QCOMPARE(gptqVersionFor(emptyTensor(4, false, 32, 32, -1).spec), GptqVersion::V2);
}

void TestPack::unpackOfPackIsIdentity_data() {
    QTest::addColumn<QString>("form");
    QTest::addColumn<int>("bits");
    QTest::addColumn<bool>("symmetric");
    QTest::addColumn<int>("n_out");
    QTest::addColumn<int>("n_in");
    QTest::addColumn<int>("group_size");
    QTest::addColumn<bool>("shuffled");
    const auto add = [](const char* form, int bits, bool symmetric, int n_out, int n_in, int group_size, bool shuffled = false) {
        QTest::addRow("%s w%d %s %dx%d g%d%s", form, bits, symmetric ? "sym" : "asym", n_out, n_in, group_size, shuffled ? " shuffled" : "")
            << form << bits << symmetric << n_out << n_in << group_size << shuffled;
    };
    for (const int bits : {2, 3, 4, 8}) {
        add("gptq", bits, true, 96, 160, 32);
        add("gptq", bits, true, 32, 32, -1);
        add("gptq_v2", bits, false, 64, 256, 128);
        add("gptq_v2", bits, false, 32, 2112, 64, true);
    }
    add("awq", 4, false, 72, 200, 40);
    add("awq", 4, false, 8, 1, 1);
    add("awq", 4, true, 136, 130, -1);
    for (const int bits : {4, 8}) {
        add("pack-quantized", bits, true, 1, 8, -1);
        add("pack-quantized", bits, true, 33, 264, 24);
        add("pack-quantized", bits, false, 40, 256, 32);
        add("pack-quantized", bits, false, 9, 64, 16, true);  // a last word of zero points that is not full
    }
}

void TestPack::unpackOfPackIsIdentity() {
    QFETCH(QString, form);
    QFETCH(int, bits);
    QFETCH(bool, symmetric);
    QFETCH(int, n_out);
    QFETCH(int, n_in);
    QFETCH(int, group_size);
    QFETCH(bool, shuffled);
    const QuantizedTensor tensor = randomTensor(bits, symmetric, n_out, n_in, group_size, shuffled);
    const std::vector<PackedTensor> packed = pack(form.toStdString(), tensor, shuffled);

    QTemporaryDir directory;
    const std::filesystem::path path(directory.path().toStdString());
    std::vector<TensorLayout> layout;
    for (const PackedTensor& each : packed) layout.push_back(each.layout);
    SafetensorsWriter writer(path / "model.safetensors", layout);
    for (const PackedTensor& each : packed) writer.write(each.layout.name, each.bytes);
    writer.finish();

    StoredScheme scheme;
    if (form == "pack-quantized") {
        const Json weights = {{"num_bits", bits},
                              {"symmetric", symmetric},
                              {"strategy", group_size < 0 ? "channel" : "group"},
                              {"group_size", group_size},
                              {"actorder", shuffled ? Json("group") : Json()}};
        scheme.kind = StoredScheme::Kind::PackQuantized;
        scheme.config["config_groups"]["group_0"] = Json::object({{"targets", Json::array({"Linear"})}, {"weights", weights}});
    } else {
        scheme.kind = form == "gptq" ? StoredScheme::Kind::Gptq : form == "gptq_v2" ? StoredScheme::Kind::GptqV2 : StoredScheme::Kind::Awq;
        scheme.config = Json::object({{"bits", bits}, {"group_size", group_size}, {"sym", symmetric}, {"desc_act", shuffled}});
    }
    const StoredLayer read = readStoredLayer(Checkpoint::open(path), scheme, {"x", n_out, n_in});
    QVERIFY(read.codes == tensor.codes);
    QVERIFY(read.scale == tensor.scale);
    QVERIFY(read.zero == tensor.zero);
    QVERIFY(read.group == tensor.group_index);
    QVERIFY(read.weight() == tensor.dequantize());
}

void TestPack::int8CodesAreTwosComplement() {
    QuantizedTensor tensor = emptyTensor(8, true, 1, 4, -1);
    tensor.codes << 1, 127, 128, 255;
    const std::vector<PackedTensor> packed = intQuantized("x", tensor, DType::F16, ActivationScale::PerTensor, 0.25F);
    const std::vector<std::byte> wanted = {std::byte{0x81}, std::byte{0xFF}, std::byte{0x00}, std::byte{0x7F}};
    QVERIFY(named(packed, "weight").bytes == wanted);
    QCOMPARE(named(packed, "weight").layout.dtype, DType::I8);
    float input_scale = 0.0F;
    std::memcpy(&input_scale, named(packed, "input_scale").bytes.data(), 4);
    QCOMPARE(input_scale, 0.25F);
    QCOMPARE(intQuantized("x", tensor, DType::F16, ActivationScale::PerToken, 0.25F).size(), std::size_t{2});
}

void TestPack::checksumIsTheDocumentedOne() {
    // By read_checkpoint.py's checksum(): of no bytes, of 0, 1, 2 as float32, of 5000 ones (two chunks).
    QCOMPARE(checksumText(checksum(Matrix(0, 0))), std::string("af63bd4c8601b7df"));
    Matrix few(1, 3);
    few << 0.0F, 1.0F, 2.0F;
    QCOMPARE(checksumText(checksum(few)), std::string("230c203d6e00802e"));
    QCOMPARE(checksumText(checksum(Matrix::Ones(50, 100))), std::string("9432700419e63d2d"));
}

void TestPack::checksumSeesEverySingleWord() {
    Matrix values = Matrix::Random(3, 4097);
    const std::uint64_t before = checksum(values);
    for (const Index i : {Index{0}, Index{4095}, Index{4096}, values.size() - 1}) {
        const float old = values.data()[i];
        values.data()[i] = std::nextafter(old, 2.0F);
        QVERIFY(checksum(values) != before);
        values.data()[i] = old;
    }
    QCOMPARE(checksum(values), before);
}

void TestPack::floatTextIsExact() {
    const std::vector<float> values = {0.0F, -0.0F, 1.0F, -3.14159274F, 1e-42F, std::numeric_limits<float>::max()};
    const std::string text = floatsToText(values);
    QCOMPARE(text.size(), values.size() * 8);
    QVERIFY(text.starts_with("00000000800000003f800000"));
    const auto back = floatsFromText(text);
    QVERIFY(back && std::memcmp(back->data(), values.data(), values.size() * 4) == 0);
    QVERIFY(!floatsFromText("3f80000"));
    QVERIFY(!floatsFromText("3f80000g"));
}

void TestPack::float16OverflowIsNamed() {
    const std::vector<float> fits = {65504.0F, -65519.9F};
    QCOMPARE(storeFloats("norm.weight", fits, DType::F16).bytes.size(), std::size_t{4});
    const std::vector<float> values = {1.0F, 65520.0F};
    try {
        static_cast<void>(storeFloats("norm.weight", values, DType::F16));
        QFAIL("expected an error");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::NonFinite);
        QVERIFY2(std::string(error.what()).starts_with("export: norm.weight: element 1: expected a value that F16 can hold, found 65520"),
                 error.what());
    }
    QCOMPARE(storeFloats("norm.weight", values, DType::BF16).bytes.size(), std::size_t{4});
}

void TestPack::float16UnderflowIsCounted() {
    const std::vector<float> values = {0.0F, 1e-8F, -1e-9F, 1e-7F, 1.0F, 0x1p-25F, 0x1.01p-25F};  // half a step is zero, more is a step
    QCOMPARE(storeFloats("x", values, DType::F16).n_flushed, std::int64_t{3});
    QCOMPARE(storeFloats("x", values, DType::BF16).n_flushed, std::int64_t{0});
    const std::vector<float> tiny = {0x1p-134F, 0x1.01p-134F, -0x1p-140F, 0x1p-133F};  // bfloat16's smallest step is 2^-133
    QCOMPARE(storeFloats("x", tiny, DType::BF16).n_flushed, std::int64_t{2});
}

// By hand: the last place of subnormals is 2^-24 (F16) and 2^-133 (BF16), and lost is what moves a value by more than 2^-11 and 2^-8 of it.
void TestPack::digitsThatSubnormalsLoseAreCounted_data() {
    QTest::addColumn<float>("value");
    QTest::addColumn<bool>("bf16");
    QTest::addColumn<bool>("loses");
    QTest::newRow("the smallest normal number") << 0x1p-14F << false << false;
    QTest::newRow("normal and rounded") << 0x1.001p-14F << false << false;
    QTest::newRow("all its digits fit") << 0x1.ff8p-15F << false << false;
    QTest::newRow("its last digit does not") << 0x1.ffcp-15F << false << true;
    QTest::newRow("half a place of one with fewer digits") << 0x1.004p-15F << false << true;
    QTest::newRow("it moves no further than a normal one") << 0x1.0001p-15F << false << false;
    QTest::newRow("far down and exact") << 0x1.8p-23F << false << false;
    QTest::newRow("between two of the least") << 0x1.8p-24F << false << true;
    QTest::newRow("of either sign") << -0x1.8p-24F << false << true;
    QTest::newRow("just not zero") << 0x1.01p-25F << false << true;
    QTest::newRow("zero is counted elsewhere") << 0x1p-25F << false << false;
    QTest::newRow("zero was zero") << 0.0F << false << false;
    QTest::newRow("bfloat16 has more room") << 0x1.8p-24F << true << false;
    QTest::newRow("bfloat16, all its digits fit") << 0x1.04p-127F << true << false;
    QTest::newRow("bfloat16, the last does not") << 0x1.02p-127F << true << true;
    QTest::newRow("bfloat16, just not zero") << 0x1.01p-134F << true << true;
}
void TestPack::digitsThatSubnormalsLoseAreCounted() {
    QFETCH(float, value);
    QFETCH(bool, bf16);
    QFETCH(bool, loses);
    QCOMPARE(storeFloats("x", std::vector<float>{value}, bf16 ? DType::BF16 : DType::F16).n_subnormal, std::int64_t{loses ? 1 : 0});
    QCOMPARE(storeFloats("x", std::vector<float>{value}, DType::F32).n_subnormal, std::int64_t{0});
}

void TestPack::smallValuesAreFoundWhereverTheyStand() {
    for (std::size_t position = 0; position < 200; ++position) {
        std::vector<float> values(200, 1.0F);
        values[position] = 0x1.8p-24F;
        values[(position + 7) % values.size()] = 1e-9F;
        const StoredFloats stored = storeFloats("x", values, DType::F16);
        QCOMPARE(stored.n_subnormal, std::int64_t{1});
        QCOMPARE(stored.n_flushed, std::int64_t{1});
    }
}

void TestPack::aRaggedGroupIsRefused() {
    LinearInfo layer;
    layer.name = "layer";
    layer.out_features = 8;
    layer.in_features = 80;
    MethodSpec method;
    QuantizedLinear linear;
    linear.name = layer.name;
    linear.tensor = emptyTensor(4, true, 8, 80, 40);
    method.grid = linear.tensor.spec;
    checkLayer(LayerForm::PackQuantized, linear, layer, method, DType::F16);
    linear.tensor = emptyTensor(4, true, 8, 80, 32);  // 32, 32 and 16
    method.grid = linear.tensor.spec;
    try {
        checkLayer(LayerForm::PackQuantized, linear, layer, method, DType::F16);
        QFAIL("expected an error");
    } catch (const Error& error) {
        QVERIFY2(std::string(error.what()).find("groups: expected 32 inputs in each, found one with 16") != std::string::npos,
                 error.what());
    }
}

QTEST_APPLESS_MAIN(TestPack)
#include "tst_pack.moc"
