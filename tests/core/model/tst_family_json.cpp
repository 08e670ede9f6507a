#include <QTemporaryDir>
#include <QTest>

#include "core/error.h"
#include "core/model/family_json.h"
#include "core/model/forward.h"
#include "tests/core/model/logits_of.h"
#include "tests/core/model/small_models.h"

using namespace salient;
namespace fs = std::filesystem;

class TestFamilyJson : public QObject {
    Q_OBJECT

private slots:
    void everyFamilySurvivesBothDirections();
    void likeTakesOverWhatIsNotSaid();
    void brokenDescriptionIsRefusedWithItsKey_data();
    void brokenDescriptionIsRefusedWithItsKey();
    void describedFamilyComputesLikeItsNamesake();
    void describedNestedFamilyComputesLikeItsNamesake();
};

void TestFamilyJson::everyFamilySurvivesBothDirections() {
    for (const auto& family : families()) QVERIFY2(familyFromJson(familyToJson(*family), "test") == *family, family->model_type.c_str());
}

void TestFamilyJson::likeTakesOverWhatIsNotSaid() {
    const Json json =
        parseJson(R"({"like": "llama", "model_type": "quartz", "query_norm": "attn.q_norm", "keys": {"n_heads": "heads"}})", "a");
    const Family family = familyFromJson(json, "test");
    QCOMPARE(family.model_type, std::string("quartz"));
    QCOMPARE(family.query_norm, std::string("attn.q_norm"));
    QCOMPARE(family.keys.n_heads, std::string("heads"));
    QCOMPARE(family.keys.n_blocks, std::string("num_hidden_layers"));
    QCOMPARE(family.linears.size(), std::size_t{7});
}

void TestFamilyJson::brokenDescriptionIsRefusedWithItsKey_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* title, const char* text, const char* message) {
        QTest::newRow(title) << QString(text) << QString::fromUtf8(message);
    };
    row("no object", "[1]", "f.json: document: expected an object, found [1]");
    row("unknown key", R"({"like": "llama", "normm": {}})", "f.json: normm: expected one of like, model_type, ");
    row("unknown key inside", R"({"like": "llama", "norm": {"king": "rms"}})", "f.json: norm.king: expected one of kind, has_gain, ");
    row("like nothing known", R"({"like": "alpaca"})", "f.json: like: expected one of llama, mistral, ");
    row("wrong word", R"({"like": "llama", "position": "sinus"})",
        "f.json: position: expected one of rotary, learned, alibi, found \"sinus\"");
    row("wrong type", R"({"like": "llama", "scores_scaled": 1})", "f.json: scores_scaled: expected true or false, found 1");
    row("linears no list", R"({"like": "llama", "linears": "q"})", "f.json: linears: expected an array of objects, found \"q\"");
    row("unknown role", R"({"like": "llama", "linears": [{"role": "gate"}, {"role": "expert"}]})",
        "f.json: linears[1].role: expected one of");
    row("no queries", R"({"like": "llama", "linears": [{"role": "key", "name": "k"}, {"role": "up", "name": "u"}]})",
        "f.json: linears: expected query, key and value, or query-key-value, found [\"key\",\"up\"]");
    row("twice", R"({"like": "gpt2", "linears": [{"role": "up", "name": "a"}, {"role": "up", "name": "b"}]})",
        "f.json: linears: expected each role once, found \"up\"");
    row("no down", R"({"like": "gpt2", "linears": [{"role": "query-key-value", "name": "a"}, {"role": "up", "name": "b"}]})",
        "f.json: linears: expected attention-output and down, found");
    row("fused and not", R"({"like": "phi3", "linears": [{"role": "query-key-value", "name": "a"}, {"role": "gate-up", "name": "b"},
        {"role": "up", "name": "c"}]})",
        "f.json: linears: expected up, gate and up, or gate-up");
    row("nothing said", "{}", "f.json: model_type: expected a name, found \"\"");
    row("no number for the block", R"({"like": "llama", "block_prefix": "layers."})", "f.json: block_prefix: expected {}");
    row("no prefix", R"({"like": "llama", "prefixes": []})", "f.json: prefixes: expected at least one");
    row("no norm of the MLP", R"({"like": "phi", "keys": {"parallel_residual": "parallel"}})", "f.json: mlp_norm: expected a name");
    row("no position table", R"({"like": "llama", "position": "learned"})", "f.json: position_embedding: expected a name");
    row("bias of an RMSNorm", R"({"like": "llama", "norm": {"has_bias": true}})", "f.json: norm.has_bias: expected false");
    row("experts without a count", R"({"like": "mixtral", "experts": {"count_key": ""}})", "f.json: experts.count_key: expected a name");
    row("experts without numbers",
        R"({"like": "mixtral", "experts": {"linears": [{"role": "up", "name": "a"}, {"role": "down", "name": "b"}]}})",
        "f.json: experts.linears: expected names with {}");
    row("experts without down", R"({"like": "mixtral", "experts": {"linears": [{"role": "up", "name": "a.{}"}]}})",
        "f.json: experts.linears: expected up and down");
    row("neither MLP nor experts everywhere", R"({"like": "mixtral", "experts": {"step_key": "step"}})",
        "f.json: linears: expected up, gate and up, or gate-up");
    row("newer blocks without norms", R"({"like": "falcon", "newer_mlp_norm": ""})", "f.json: newer_mlp_norm: expected a name");
    row("sizes no object", R"({"like": "llama", "defaults": {"sizes": [1]}})",
        "f.json: defaults.sizes: expected an object of whole numbers under the keys of config.json, found [1]");
    row("size no number", R"({"like": "llama", "defaults": {"sizes": {"vocab_size": 3.5}}})", "f.json: defaults.sizes: expected an object");
    row("more heads than prefixes", R"({"like": "llama", "other_heads": ["a", "b"]})", "f.json: other_heads: expected at most one");
    row("head without a name", R"({"like": "llama", "other_heads": [""]})", "f.json: other_heads: expected a name");
    row("other part without a name", R"({"like": "gemma3", "nested": {"other_parts": [""]}})",
        "f.json: nested.other_parts: expected a name");
    row("the text model among other parts", R"({"like": "gemma3", "nested": {"other_parts": ["language_model"]}})",
        "f.json: nested.other_parts: expected modules beside the text model and its head, found [\"language_model\"]");
    row("type of an object that is none", R"({"like": "llama", "nested": {"model_type": "llama"}})",
        "f.json: nested.model_type: expected none without config_key");
    row("two names for the nested object", R"({"like": "gemma3", "nested": {"config_key": "text_config|llm_config"}})",
        "f.json: nested.config_key: expected one name");
    row("share above one", R"({"like": "llama", "rotary": {"default_fraction": 1.5}})",
        "f.json: rotary.default_fraction: expected a number");
}

void TestFamilyJson::brokenDescriptionIsRefusedWithItsKey() {
    QFETCH(QString, text);
    QFETCH(QString, message);
    try {
        static_cast<void>(familyFromJson(parseJson(text.toStdString(), "text"), "f.json"));
        QFAIL("accepted");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::Format);
        QVERIFY2(QString::fromUtf8(error.what()).startsWith(message), error.what());
    }
}

void TestFamilyJson::describedFamilyComputesLikeItsNamesake() {
    const QTemporaryDir directory;
    const fs::path path = directory.path().toStdString();
    const fs::path source = samples::smallModelDirectory("gemma3_text");
    fs::copy_file(source / "model.safetensors", path / "model.safetensors");
    Json config = readJson(source / "config.json");
    config["model_type"] = "quartz";
    config["architectures"] = {"QuartzForCausalLM"};
    writeJson(path / "config.json", config);
    QVERIFY_EXCEPTION_THROWN((void)Model::open(path), Error);
    writeJson(path / kFamilyFile, Json{{"like", "gemma3_text"}, {"model_type", "quartz"}, {"architectures", {"QuartzForCausalLM"}}});

    const auto lastStates = [](const Model& model) {
        HiddenStates hidden = embed(model, TokenWindows{{1, 2, 3, 4, 5, 6, 7, 8}, 8});
        JobContext job;
        for (int block = 0; block < model.config.n_blocks; ++block)
            forwardBlock(model, loadBlock(model, block), block, hidden, {}, {}, job);
        return logits(model, hidden.values, {});
    };
    const auto described = Model::open(path);
    QCOMPARE(described->config.family->model_type, std::string("quartz"));
    QVERIFY(lastStates(*described) == lastStates(*Model::open(source)));
}

void TestFamilyJson::describedNestedFamilyComputesLikeItsNamesake() {
    const QTemporaryDir directory;
    const fs::path path = directory.path().toStdString();
    const fs::path source = samples::smallModelDirectory("mistral3");
    fs::copy_file(source / "model.safetensors", path / "model.safetensors");
    Json config = readJson(source / "config.json");
    config["model_type"] = "llava";
    config["architectures"] = {"LlavaForConditionalGeneration"};
    config["text_config"].erase("num_attention_heads");
    writeJson(path / "config.json", config);
    writeJson(path / kFamilyFile,
              parseJson(R"({"like": "mistral", "model_type": "llava", "architectures": ["LlavaForConditionalGeneration"],
        "prefixes": ["language_model.model."], "head": "language_model.lm_head",
        "nested": {"config_key": "text_config", "other_parts": ["vision_tower", "multi_modal_projector"]},
        "defaults": {"sizes": {"num_attention_heads": 4, "max_position_embeddings": 2048}}})",
                        "description"));
    const auto described = Model::open(path);
    QCOMPARE(described->config.family->model_type, std::string("llava"));
    QCOMPARE(described->config.max_positions, Index{2048});
    QVERIFY(sameBits(logitsOf(*described), logitsOf(*Model::open(source))));
}

QTEST_APPLESS_MAIN(TestFamilyJson)
#include "tst_family_json.moc"
