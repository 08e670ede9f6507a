#include <QTest>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "core/error.h"
#include "core/model/model_config.h"
#include "core/model/rotary.h"
#include "core/model/tensor_plan.h"

using namespace salient;

namespace {

Json llama() {
    return Json{{"model_type", "llama"},
                {"architectures", {"LlamaForCausalLM"}},
                {"hidden_size", 64},
                {"intermediate_size", 96},
                {"num_hidden_layers", 2},
                {"num_attention_heads", 8},
                {"num_key_value_heads", 4},
                {"vocab_size", 100},
                {"max_position_embeddings", 128},
                {"rms_norm_eps", 1e-5}};
}

Json gpt2() {
    return Json{{"model_type", "gpt2"}, {"n_embd", 48}, {"n_layer", 3}, {"n_head", 4}, {"n_positions", 64}, {"vocab_size", 100}};
}

Json opt() {
    return Json{{"model_type", "opt"},          {"hidden_size", 48},        {"ffn_dim", 96},
                {"num_hidden_layers", 1},       {"num_attention_heads", 4}, {"vocab_size", 100},
                {"max_position_embeddings", 64}};
}

ModelConfig parse(const Json& json) { return ModelConfig::parse(json, "config.json"); }

}  // namespace

class TestModelConfig : public QObject {
    Q_OBJECT

private slots:
    void brokenConfigIsRefusedWithItsKey_data();
    void brokenConfigIsRefusedWithItsKey();
    void unknownFamilyListsTheKnownOnes();
    void architectureAloneNamesTheFamily();
    void groupedQueriesDefaultToAllHeads();
    void headSizeMayDifferFromWidthOverHeads();
    void embeddingIsUntiedUnlessSaidForLlama();
    void ropeParametersAndRopeScalingMeanTheSame();
    void yarnTakesDeepSeeksTemperatures();
    void longRopesLengthOrFactorMayStandWithItsFactors();
    void slidingWindowOfQwen2NeedsItsSwitch();
    void slidingWindowFollowsLayerTypes();
    void gpt2TakesFourTimesTheWidthForItsMlp();
    void optNormOrderDecidesTheFinalNorm();
    void biasesFollowTheSwitches();
    void biasesOfGemmaAndOlmoAreThoseOfAttentionAlone();
    void optMayHaveNeitherBiasesNorAFinalNorm();
    void groupsNameWhatAbsorbsScales();
    void valueAbsorbsOnlyWithoutGroupedQueries();
    void nothingAbsorbsBehindAPostNorm();
    void sharedNormMakesOneGroupOfAttentionAndMlp();
    void clampedValuesAbsorbNothing();
    void normWithoutGainAbsorbsNothing();
    void softCapsOfGemma2AreOnUnlessNull();
    void localBlocksOfGemma3HaveABaseOfTheirOwn();
    void fiveOfSixBlocksOfGemma3Slide();
    void gptNeoReadsItsKindsOfBlocks();
    void bloomIsSpelledInTwoWays();
    void falconCountsKeyHeadsByItsKindOfBlock();
    void falconNamesItsNormsByItsKindOfBlock();
    void mixturesStandWhereTheConfigSays();
    void expertsShareTheScalesOfTheNormTheyRead();
    void expertsBeyondReasonAreRefused();
    void nestedGemmaTakesWhatItsClassHas();
    void nestedMistralTakesWhatItsClassHas();
    void nestedTextModelSaysWhetherItsHeadIsTied();
    void headsOfStableLmAreNormedWhereTheConfigSays();
};

void TestModelConfig::brokenConfigIsRefusedWithItsKey_data() {
    QTest::addColumn<QString>("base");
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("message");
    QTest::addColumn<int>("code");
    const auto row = [](const char* title, const char* base, const char* patch, const char* message, ErrorCode code) {
        QTest::newRow(title) << QString(base) << QString(patch) << QString::fromUtf8(message) << static_cast<int>(code);
    };
    const auto format = ErrorCode::Format;
    const auto unsupported = ErrorCode::Unsupported;
    row("heads do not divide", "llama", R"({"num_attention_heads": 7})",
        "config.json: key 'num_attention_heads': expected a positive integer that divides hidden_size (64), found 7", format);
    row("kv heads do not divide", "llama", R"({"num_key_value_heads": 3})",
        "config.json: key 'num_key_value_heads': expected a positive integer that divides num_attention_heads (8), found 3", format);
    row("missing", "llama", R"({"hidden_size": null})",
        "config.json: key 'hidden_size': expected an integer from 1 to 16777216, found null", format);
    row("wrong type", "llama", R"({"hidden_size": "64"})", "key 'hidden_size': expected an integer", format);
    row("fraction", "llama", R"({"hidden_size": 64.5})", "key 'hidden_size': expected an integer", format);
    row("negative", "llama", R"({"num_hidden_layers": -1})", "found -1", format);
    row("beyond 64 bits", "llama", R"({"vocab_size": 18446744073709551615})", "found 18446744073709551615", format);
    row("epsilon", "llama", R"({"rms_norm_eps": 0})", "key 'rms_norm_eps': expected a positive number, found 0", format);
    row("odd heads", "llama", R"({"head_dim": 7})", "key 'head_dim': expected an even size of heads", format);
    row("activation", "llama", R"({"hidden_act": "mish"})", "key 'hidden_act': expected silu, gelu", unsupported);
    row("rope type", "llama", R"({"rope_scaling": {"rope_type": "mrope", "factor": 2}})",
        "config.json: key 'rope_scaling.rope_type': expected default, linear, dynamic, llama3, yarn or longrope, found \"mrope\"",
        unsupported);
    row("rope factor", "llama", R"({"rope_scaling": {"type": "linear"}})",
        "key 'rope_scaling.factor': expected a positive number, found nothing", format);
    row("rope factor below one", "llama", R"({"rope_scaling": {"type": "linear", "factor": 0.5}})", "at least 1, found 0.5", format);
    row("rope no object", "llama", R"({"rope_scaling": [1]})", "key 'rope_scaling': expected a JSON object, found array", format);
    row("partial rotary", "llama", R"({"partial_rotary_factor": 0.5})", "key 'partial_rotary_factor': expected 1, found 0.5", unsupported);
    row("longrope without factors", "llama",
        R"({"rope_scaling": {"type": "longrope", "short_factor": [1, 1, 1, 1], "long_factor": [1, 1]}})",
        "key 'rope_scaling.long_factor': expected 4 positive numbers", format);
    row("longrope without a length", "llama",
        R"({"rope_scaling": {"type": "longrope", "short_factor": [1, 1, 1, 1], "long_factor": [1, 1, 1, 1],
            "original_max_position_embeddings": 1}})",
        "key 'rope_scaling.original_max_position_embeddings': expected an integer from 2", format);
    row("odd share of a head", "stablelm", R"({"partial_rotary_factor": 0.4})",
        "key 'partial_rotary_factor': expected a share of the 8 dimensions of a head that is an even number of them, found 0.4", format);
    row("more than a head", "stablelm", R"({"partial_rotary_factor": 2})", "found 2", format);
    row("norms of q and k", "phi", R"({"qk_layernorm": true})", "key 'qk_layernorm': expected false, found true", unsupported);
    row("norms of heads without end", "stablelm",
        R"({"qk_layernorm": true, "hidden_size": 8388608, "num_attention_heads": 1048576, "num_key_value_heads": 1048576})",
        "key 'num_attention_heads': expected at most 32768 heads where each has norms of its own, found 1048576", format);
    row("clamp", "olmo", R"({"clip_qkv": -1})", "key 'clip_qkv': expected a positive number, found -1", format);
    row("no window", "gemma2", R"({})", "key 'sliding_window': expected an integer", format);
    row("kinds of blocks", "gemma2", R"({"sliding_window": 8, "layer_types": ["sliding_attention", "chunked_attention"]})",
        "key 'layer_types': expected sliding_attention or full_attention", unsupported);
    row("both directions", "gemma3_text", R"({"sliding_window": 8, "use_bidirectional_attention": true})", "expected false, found true",
        unsupported);
    row("rescaled local base", "gemma3_text",
        R"({"sliding_window": 8, "rope_parameters": {"sliding_attention": {"rope_type": "linear", "factor": 2}}})",
        "key 'rope_parameters.sliding_attention.rope_type': expected default, found \"linear\"", unsupported);
    row("norm in the residual stream", "bloom", R"({"apply_residual_connection_post_layernorm": true})", "expected false, found true",
        unsupported);
    row("second spelling", "bloom", R"({"hidden_size": null, "n_embed": -3})", "found null", format);
    row("scaled per block", "gpt2", R"({"scale_attn_by_inverse_layer_idx": true})", "scale_attn_by_inverse_layer_idx", unsupported);
    row("no text model", "gemma3", R"({})", "key 'text_config': expected an object, the configuration of the text model, found nothing",
        format);
    row("text model of another family", "mistral3", R"({"text_config": {"model_type": "ministral3"}})",
        "config.json: key 'text_config.model_type': expected mistral, found \"ministral3\"", unsupported);
    row("wrong size inside", "gemma3", R"({"text_config": {"num_hidden_layers": "34"}})",
        "config.json: key 'text_config.num_hidden_layers': expected an integer from 1 to 4096, found \"34\"", format);
    row("size inside taken away", "gemma3", R"({"text_config": {"vocab_size": null}})",
        "key 'text_config.vocab_size': expected an integer from 1 to 268435456, found null", format);
    row("norm without gains", "opt", R"({"layer_norm_elementwise_affine": false})", "layer_norm_elementwise_affine", unsupported);
}

void TestModelConfig::brokenConfigIsRefusedWithItsKey() {
    QFETCH(QString, base);
    QFETCH(QString, patch);
    QFETCH(QString, message);
    QFETCH(int, code);
    Json json = base == "gpt2" ? gpt2() : base == "opt" ? opt() : llama();
    if (base != "gpt2" && base != "opt") json["model_type"] = base.toStdString();
    if (base == "bloom") json.update(Json{{"n_layer", 2}, {"n_head", 8}});
    if (base.startsWith("gemma")) json["query_pre_attn_scalar"] = 8;
    json.update(parseJson(patch.toStdString(), "patch"));
    try {
        parse(json);
        QFAIL("accepted");
    } catch (const Error& error) {
        QCOMPARE(static_cast<int>(error.code()), code);
        QVERIFY2(QString::fromUtf8(error.what()).contains(message), error.what());
    }
}

void TestModelConfig::unknownFamilyListsTheKnownOnes() {
    for (const char* text : {R"({"model_type": "mamba"})", R"({"architectures": ["MambaForCausalLM"]})"}) {
        try {
            parse(parseJson(text, "test"));
            QFAIL("accepted");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Unsupported);
            const QString message = QString::fromUtf8(error.what());
            for (const auto& family : families()) QVERIFY2(message.contains(QString::fromStdString(family->model_type)), error.what());
            QVERIFY2(message.contains("amba"), error.what());
        }
    }
}

void TestModelConfig::architectureAloneNamesTheFamily() {
    Json json = llama();
    json.erase("model_type");
    QCOMPARE(parse(json).family->model_type, std::string("llama"));
}

void TestModelConfig::groupedQueriesDefaultToAllHeads() {
    Json json = llama();
    json.erase("num_key_value_heads");
    QCOMPARE(parse(json).n_kv_heads, Index{8});
}

void TestModelConfig::headSizeMayDifferFromWidthOverHeads() {
    Json json = llama();
    json["head_dim"] = 20;
    json["num_attention_heads"] = 12;  // does not divide the width; does not need to
    const ModelConfig config = parse(json);
    QCOMPARE(config.linearShape(Role::Query), std::pair(Index{240}, Index{64}));
    QCOMPARE(config.linearShape(Role::Key), std::pair(Index{80}, Index{64}));
    QCOMPARE(config.linearShape(Role::AttentionOutput), std::pair(Index{64}, Index{240}));
    QCOMPARE(inputGroups(config)[1].in_features, Index{240});
}

void TestModelConfig::embeddingIsUntiedUnlessSaidForLlama() {
    QVERIFY(!parse(llama()).tie_word_embeddings);
    QVERIFY(parse(opt()).tie_word_embeddings);
    QVERIFY(parse(gpt2()).tie_word_embeddings);
}

void TestModelConfig::ropeParametersAndRopeScalingMeanTheSame() {
    Json old_spelling = llama();
    old_spelling["rope_theta"] = 500000.0;
    old_spelling["rope_scaling"] = parseJson(
        R"({"type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64})",
        "a");
    Json new_spelling = llama();
    new_spelling["rope_parameters"] = parseJson(
        R"({"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64})",
        "b");
    const RopeConfig a = parse(old_spelling).rope;
    const RopeConfig b = parse(new_spelling).rope;
    QCOMPARE(a.scaling, RopeConfig::Scaling::Llama3);
    QCOMPARE(b.scaling, a.scaling);
    QCOMPARE(a.theta, 500000.0);
    QCOMPARE(b.theta, a.theta);
    QCOMPARE(b.factor, 8.0);
    QCOMPARE(b.original_max_positions, Index{64});
}

void TestModelConfig::yarnTakesDeepSeeksTemperatures() {
    Json json = llama();
    json["rope_scaling"] = parseJson(R"({"type": "yarn", "factor": 40, "mscale": 0.707, "mscale_all_dim": 1.0})", "a");
    // (0.1 · 0.707 · ln 40 + 1) / (0.1 · ln 40 + 1) = 1.26080377740586 / 1.36888794541139, DeepSeek-V2's yarn_get_mscale().
    QVERIFY(std::abs(parse(json).rope.attention_factor.value() - 0.92104235531634) < 1e-13);
    QCOMPARE(parse(json).rope.original_max_positions, Index{128});
    QVERIFY(parse(json).rope.truncate);
    json["rope_scaling"]["truncate"] = false;
    QVERIFY(!parse(json).rope.truncate);
    json["rope_scaling"]["attention_factor"] = 1.25;  // said outright it counts alone
    QCOMPARE(parse(json).rope.attention_factor.value(), 1.25);
    // One temperature is no ratio: the published factor holds, 0.1 · ln 40 + 1.
    json["rope_scaling"] = parseJson(R"({"type": "yarn", "factor": 40, "mscale": 0.707})", "b");
    QVERIFY(!parse(json).rope.attention_factor);
    QVERIFY(std::abs(rotaryMagnitude(parse(json).rope) - 1.36888794541139) < 1e-13);
}

/// Su's factor √(1 + ln s / ln L), s the growth of the context and L the trained length, wherever config.json says them.
void TestModelConfig::longRopesLengthOrFactorMayStandWithItsFactors() {
    Json json = llama();  // 128 positions, heads of 8
    json["rope_scaling"] = parseJson(R"({"type": "longrope", "short_factor": [1, 1, 1, 1], "long_factor": [1, 2, 3, 4],
        "original_max_position_embeddings": 32})",
                                     "a");
    const RopeConfig by_length = parse(json).rope;
    QCOMPARE(by_length.original_max_positions, Index{32});
    QCOMPARE(by_length.factor, 4.0);
    QCOMPARE(rotaryMagnitude(by_length), std::sqrt(1.4));  // ln 4 / ln 32 = 2 / 5
    json["original_max_position_embeddings"] = 64;         // beside the sizes, as Phi-3 has it, comes first
    QCOMPARE(parse(json).rope.original_max_positions, Index{64});
    QCOMPARE(parse(json).rope.factor, 2.0);

    json.erase("original_max_position_embeddings");
    json["rope_scaling"].erase("original_max_position_embeddings");
    json["rope_scaling"]["factor"] = 16.0;
    const RopeConfig by_factor = parse(json).rope;
    QCOMPARE(by_factor.original_max_positions, Index{128});
    QCOMPARE(by_factor.factor, 16.0);
    QCOMPARE(rotaryMagnitude(by_factor), std::sqrt(11.0 / 7.0));  // ln 16 / ln 128 = 4 / 7
    json["rope_scaling"]["attention_factor"] = 1.5;
    QCOMPARE(rotaryMagnitude(parse(json).rope), 1.5);
}

void TestModelConfig::slidingWindowOfQwen2NeedsItsSwitch() {
    Json json = llama();
    json["model_type"] = "qwen2";
    json["sliding_window"] = 16;
    QCOMPARE(parse(json).slidingWindow(0), Index{0});
    json["use_sliding_window"] = true;
    json["max_window_layers"] = 1;
    QCOMPARE(parse(json).slidingWindow(0), Index{0});
    QCOMPARE(parse(json).slidingWindow(1), Index{16});
    json["model_type"] = "mistral";
    QCOMPARE(parse(json).slidingWindow(0), Index{16});
}

void TestModelConfig::slidingWindowFollowsLayerTypes() {
    Json json = llama();
    json["model_type"] = "mistral";
    json["sliding_window"] = 16;
    json["layer_types"] = {"sliding_attention", "full_attention"};
    QCOMPARE(parse(json).slidingWindow(0), Index{16});
    QCOMPARE(parse(json).slidingWindow(1), Index{0});
    json["layer_types"] = {"sliding_attention"};
    QVERIFY_EXCEPTION_THROWN(parse(json), Error);
}

void TestModelConfig::gpt2TakesFourTimesTheWidthForItsMlp() {
    Json json = gpt2();
    QCOMPARE(parse(json).intermediate_size, Index{192});
    json["n_inner"] = 100;
    QCOMPARE(parse(json).intermediate_size, Index{100});
}

void TestModelConfig::optNormOrderDecidesTheFinalNorm() {
    Json json = opt();
    QVERIFY(parse(json).norm_before && parse(json).final_norm);
    json["do_layer_norm_before"] = false;
    json["word_embed_proj_dim"] = 32;
    const ModelConfig config = parse(json);
    QVERIFY(!config.norm_before && !config.final_norm);
    QCOMPARE(config.embedding_size, Index{32});
}

void TestModelConfig::biasesFollowTheSwitches() {
    Json json = llama();
    const auto biased = [](const ModelConfig& config) {
        std::string roles;
        for (const LinearFact& linear : config.family->linears) roles += config.hasBias(linear) ? '1' : '0';
        return roles;
    };
    QCOMPARE(biased(parse(json)), std::string("0000000"));
    json["attention_bias"] = true;
    QCOMPARE(biased(parse(json)), std::string("1111000"));
    json["mlp_bias"] = true;
    QCOMPARE(biased(parse(json)), std::string("1111111"));
    json["model_type"] = "qwen2";
    QCOMPARE(biased(parse(json)), std::string("1110000"));
    QCOMPARE(biased(parse(opt())), std::string("111111"));
    QCOMPARE(biased(parse(gpt2())), std::string("1111"));
}

/// As their classes in transformers have it: attention_bias is for q, k, v and o; Phi-3's layers never have a bias; the MLP's never.
void TestModelConfig::biasesOfGemmaAndOlmoAreThoseOfAttentionAlone() {
    for (const char* model_type : {"gemma", "gemma2", "gemma3_text", "olmo", "phi3"}) {
        Json json = llama();
        json["model_type"] = model_type;
        json["sliding_window"] = 8;
        json["query_pre_attn_scalar"] = 8;
        const auto biases = [](const Json& of) {
            std::set<std::string> names;
            for (const PlannedTensor& tensor : plannedTensors(parse(of), "")) {
                if (tensor.name.starts_with("layers.0.") && tensor.name.ends_with("_proj.bias")) names.insert(tensor.name);
            }
            return names;
        };
        QVERIFY2(biases(json).empty(), model_type);
        json["attention_bias"] = json["mlp_bias"] = true;
        const std::string attention = "layers.0.self_attn.";
        const std::set<std::string> expected = model_type == std::string("phi3")
                                                   ? std::set<std::string>()
                                                   : std::set<std::string>{attention + "k_proj.bias", attention + "o_proj.bias",
                                                                           attention + "q_proj.bias", attention + "v_proj.bias"};
        QVERIFY2(biases(json) == expected, model_type);
    }
}

/// As in Galactica, and in checkpoints that were fine-tuned before transformers 4.20.1.
void TestModelConfig::optMayHaveNeitherBiasesNorAFinalNorm() {
    const auto names = [](const Json& of) {
        std::set<std::string> all;
        for (const PlannedTensor& tensor : plannedTensors(parse(of), "decoder.")) all.insert(tensor.name);
        return all;
    };
    Json json = opt();
    json["activation_function"] = "gelu";
    QCOMPARE(parse(json).activation, Activation::Gelu);
    const std::set<std::string> with_all = names(json);
    json["enable_bias"] = false;
    const std::set<std::string> without_biases = names(json);
    std::set<std::string> gone;
    std::ranges::set_difference(with_all, without_biases, std::inserter(gone, gone.end()));
    const std::string block = "decoder.layers.0.";
    QVERIFY(gone ==
            (std::set<std::string>{block + "self_attn.q_proj.bias", block + "self_attn.k_proj.bias", block + "self_attn.v_proj.bias",
                                   block + "self_attn.out_proj.bias", block + "fc1.bias", block + "fc2.bias"}));

    json["_remove_final_layer_norm"] = true;
    QVERIFY(parse(json).norm_before && !parse(json).final_norm);
    gone.clear();
    std::ranges::set_difference(without_biases, names(json), std::inserter(gone, gone.end()));
    QVERIFY(gone == (std::set<std::string>{"decoder.final_layer_norm.weight", "decoder.final_layer_norm.bias"}));
}

void TestModelConfig::groupsNameWhatAbsorbsScales() {
    const auto groups = inputGroups(parse(llama()), "model.");
    QCOMPARE(groups.size(), std::size_t{4});
    QCOMPARE(groups[0].absorber.kind, Absorber::Kind::Norm);
    QCOMPARE(groups[0].absorber.name, std::string("model.layers.{}.input_layernorm"));
    QCOMPARE(groups[0].members.size(), std::size_t{3});
    QCOMPARE(groups[2].absorber.name, std::string("model.layers.{}.post_attention_layernorm"));
    QCOMPARE(groups[3].absorber.kind, Absorber::Kind::Linear);
    QCOMPARE(groups[3].absorber.name, std::string("model.layers.{}.mlp.up_proj"));
    QCOMPARE(groups[3].absorber.role, Role::Up);
    // tanh-GELU does not pass a scale through; ReLU does.
    QCOMPARE(inputGroups(parse(gpt2()))[3].absorber.kind, Absorber::Kind::None);
    QCOMPARE(inputGroups(parse(opt()))[3].absorber.name, std::string("layers.{}.fc1"));
}

void TestModelConfig::valueAbsorbsOnlyWithoutGroupedQueries() {
    Json json = llama();
    QCOMPARE(inputGroups(parse(json))[1].absorber.kind, Absorber::Kind::None);
    json["num_key_value_heads"] = 8;
    QCOMPARE(inputGroups(parse(json))[1].absorber.role, Role::Value);
    QCOMPARE(inputGroups(parse(json))[1].absorber.kind, Absorber::Kind::Linear);
    QCOMPARE(inputGroups(parse(gpt2()))[1].absorber.kind, Absorber::Kind::None);  // fused with q and k
}

void TestModelConfig::nothingAbsorbsBehindAPostNorm() {
    Json json = opt();
    QCOMPARE(inputGroups(parse(json))[0].absorber.kind, Absorber::Kind::Norm);
    json["do_layer_norm_before"] = false;
    QCOMPARE(inputGroups(parse(json))[0].absorber.kind, Absorber::Kind::None);
    QCOMPARE(inputGroups(parse(json))[2].absorber.kind, Absorber::Kind::None);
    QCOMPARE(inputGroups(parse(json))[3].absorber.kind, Absorber::Kind::Linear);
}

void TestModelConfig::sharedNormMakesOneGroupOfAttentionAndMlp() {
    Json json = llama();
    json["model_type"] = "stablelm";
    QCOMPARE(inputGroups(parse(json)).size(), std::size_t{4});
    json["use_parallel_residual"] = true;
    const auto groups = inputGroups(parse(json), "model.");
    QCOMPARE(groups.size(), std::size_t{3});
    QCOMPARE(groups[0].title, std::string("block input"));
    QCOMPARE(groups[0].members, (std::vector<LinearKey>{Role::Query, Role::Key, Role::Value, Role::Gate, Role::Up}));
    QCOMPARE(groups[0].absorber.name, std::string("model.layers.{}.input_layernorm"));
    QCOMPARE(groups[2].absorber.role, Role::Up);
}

void TestModelConfig::clampedValuesAbsorbNothing() {
    Json json = llama();
    json["model_type"] = "olmo";
    json["num_key_value_heads"] = 8;
    QCOMPARE(inputGroups(parse(json))[1].absorber.kind, Absorber::Kind::Linear);
    json["clip_qkv"] = 8.0;
    QCOMPARE(inputGroups(parse(json))[1].absorber.kind, Absorber::Kind::None);
}

void TestModelConfig::normWithoutGainAbsorbsNothing() {
    Json json = llama();
    json["model_type"] = "olmo";
    QCOMPARE(inputGroups(parse(json))[0].absorber.kind, Absorber::Kind::None);
    QCOMPARE(inputGroups(parse(json))[2].absorber.kind, Absorber::Kind::None);
}

void TestModelConfig::softCapsOfGemma2AreOnUnlessNull() {
    Json json = llama();
    json["model_type"] = "gemma2";
    json["sliding_window"] = 8;
    json["query_pre_attn_scalar"] = 64;
    QCOMPARE(parse(json).attention_soft_cap, 50.0);
    QCOMPARE(parse(json).logit_soft_cap, 30.0);
    QCOMPARE(parse(json).attention_scale, 1.0 / 8.0);
    QCOMPARE(parse(json).embedding_scale, 8.0);
    json["attn_logit_softcapping"] = nullptr;
    json["final_logit_softcapping"] = 7.5;
    QCOMPARE(parse(json).attention_soft_cap, 0.0);
    QCOMPARE(parse(json).logit_soft_cap, 7.5);
}

void TestModelConfig::localBlocksOfGemma3HaveABaseOfTheirOwn() {
    Json json = llama();
    json["model_type"] = "gemma3_text";
    json["sliding_window"] = 8;
    json["query_pre_attn_scalar"] = 64;
    json["sliding_window_pattern"] = 2;
    QCOMPARE(parse(json).ropeOf(0).theta, 10000.0);
    QCOMPARE(parse(json).ropeOf(1).theta, 1e6);
    json["layer_types"] = {"full_attention", "sliding_attention"};
    json["rope_parameters"] = parseJson(R"({"full_attention": {"rope_type": "linear", "factor": 8, "rope_theta": 5e5},
                                            "sliding_attention": {"rope_type": "default", "rope_theta": 2e4}})",
                                        "new spelling");
    const ModelConfig config = parse(json);
    QCOMPARE(config.ropeOf(0).theta, 5e5);
    QCOMPARE(config.ropeOf(0).factor, 8.0);
    QCOMPARE(config.ropeOf(1).theta, 2e4);
    QCOMPARE(config.ropeOf(1).scaling, RopeConfig::Scaling::None);
}

void TestModelConfig::fiveOfSixBlocksOfGemma3Slide() {
    Json json = llama();
    json.update(Json{{"model_type", "gemma3_text"}, {"sliding_window", 8}, {"query_pre_attn_scalar", 64}, {"num_hidden_layers", 13}});
    const ModelConfig config = parse(json);
    for (int block = 0; block < 13; ++block) QCOMPARE(config.slidingWindow(block), Index{block == 5 || block == 11 ? 0 : 8});
}

void TestModelConfig::gptNeoReadsItsKindsOfBlocks() {
    Json json = Json{{"model_type", "gpt_neo"},       {"hidden_size", 48}, {"num_layers", 4},  {"num_heads", 4},
                     {"max_position_embeddings", 64}, {"vocab_size", 100}, {"window_size", 16}};
    json["attention_types"] = parseJson(R"([[["global", "local"], 2]])", "pairs");
    QCOMPARE(parse(json).slidingWindow(2), Index{0});
    QCOMPARE(parse(json).slidingWindow(3), Index{16});
    QCOMPARE(parse(json).attention_scale, 1.0);
    json["attention_types"] = parseJson(R"([[["global", "local"], 1]])", "pairs");
    QVERIFY_EXCEPTION_THROWN(parse(json), Error);
    json["attention_layers"] = {"local", "local", "global", "global"};
    QCOMPARE(parse(json).slidingWindow(0), Index{16});
}

void TestModelConfig::bloomIsSpelledInTwoWays() {
    const Json old_spelling = {{"model_type", "bloom"}, {"n_embed", 48}, {"n_layer", 3}, {"num_attention_heads", 4}, {"vocab_size", 100}};
    const Json new_spelling = {{"model_type", "bloom"}, {"hidden_size", 48}, {"n_layer", 3}, {"n_head", 4}, {"vocab_size", 100}};
    for (const Json& json : {old_spelling, new_spelling}) {
        const ModelConfig config = parse(json);
        QCOMPARE(config.hidden_size, Index{48});
        QCOMPARE(config.intermediate_size, Index{192});
        QCOMPARE(config.n_heads, Index{4});
        QCOMPARE(config.max_positions, Index{2048});
    }
}

namespace {

Json falcon() {
    return {{"model_type", "falcon"}, {"hidden_size", 64}, {"num_hidden_layers", 2}, {"num_attention_heads", 8}, {"vocab_size", 100}};
}

Json qwenMoe() {
    Json json = llama();
    json.update(Json{{"model_type", "qwen2_moe"},
                     {"num_hidden_layers", 6},
                     {"num_experts", 4},
                     {"moe_intermediate_size", 24},
                     {"shared_expert_intermediate_size", 40}});
    return json;
}

}  // namespace

void TestModelConfig::falconCountsKeyHeadsByItsKindOfBlock() {
    Json json = falcon();
    json["num_kv_heads"] = 4;  // of newer blocks alone
    QCOMPARE(parse(json).n_kv_heads, Index{1});
    QCOMPARE(parse(json).linearShape(Role::QueryKeyValue), std::pair(Index{80}, Index{64}));
    json["multi_query"] = false;
    QCOMPARE(parse(json).n_kv_heads, Index{8});
    json["new_decoder_architecture"] = true;
    QCOMPARE(parse(json).n_kv_heads, Index{4});
    QCOMPARE(parse(json).linearShape(Role::QueryKeyValue), std::pair(Index{128}, Index{64}));
    QCOMPARE(parse(json).intermediate_size, Index{256});
    QCOMPARE(parse(json).position, PositionKind::Rotary);
    json["alibi"] = true;
    QCOMPARE(parse(json).position, PositionKind::Alibi);
}

void TestModelConfig::falconNamesItsNormsByItsKindOfBlock() {
    Json json = falcon();
    QVERIFY(parse(json).shares_norm);
    QCOMPARE(inputGroups(parse(json))[0].absorber.name, std::string("h.{}.input_layernorm"));
    json["parallel_attn"] = false;
    QVERIFY(!parse(json).parallel_residual);
    QCOMPARE(inputGroups(parse(json))[2].absorber.name, std::string("h.{}.post_attention_layernorm"));
    json["new_decoder_architecture"] = true;
    QVERIFY(parse(json).parallel_residual && !parse(json).shares_norm);
    QCOMPARE(inputGroups(parse(json))[0].absorber.name, std::string("h.{}.ln_attn"));
    QCOMPARE(inputGroups(parse(json))[2].absorber.name, std::string("h.{}.ln_mlp"));
    json["num_ln_in_parallel_attn"] = 1;
    QVERIFY(parse(json).shares_norm);
    QCOMPARE(inputGroups(parse(json))[0].absorber.name, std::string("h.{}.input_layernorm"));
    json["num_ln_in_parallel_attn"] = 3;
    QVERIFY_EXCEPTION_THROWN(parse(json), Error);
}

void TestModelConfig::mixturesStandWhereTheConfigSays() {
    const auto places = [](const Json& json) {
        std::string text;
        const ModelConfig config = parse(json);
        for (int block = 0; block < config.n_blocks; ++block) text += config.hasExperts(block) ? 'e' : '-';
        return text;
    };
    Json json = qwenMoe();
    QCOMPARE(places(json), std::string("eeeeee"));
    QCOMPARE(parse(json).experts.per_token, Index{4});
    QVERIFY(!parse(json).experts.is_normalized);
    json["decoder_sparse_step"] = 2;
    QCOMPARE(places(json), std::string("-e-e-e"));
    json["mlp_only_layers"] = Json::array({3U, 77U});
    QCOMPARE(places(json), std::string("-e---e"));
    json["norm_topk_prob"] = true;
    QVERIFY(parse(json).experts.is_normalized);
    json["mlp_only_layers"] = "3";
    QVERIFY_EXCEPTION_THROWN(parse(json), Error);
    Json mixtral = llama();
    mixtral.update(Json{{"model_type", "mixtral"}, {"num_local_experts", 8}});
    QCOMPARE(parse(mixtral).experts.per_token, Index{2});
    QVERIFY(parse(mixtral).experts.is_normalized);
    QCOMPARE(parse(mixtral).experts.size, parse(mixtral).intermediate_size);
}

void TestModelConfig::expertsShareTheScalesOfTheNormTheyRead() {
    Json json = qwenMoe();
    json["decoder_sparse_step"] = 2;
    const ModelConfig config = parse(json);
    const auto groups = inputGroups(config, "model.");
    const GroupPlaces places = groupPlaces(config);
    QCOMPARE(groups.size(), std::size_t{3 + 4 + 1 + 1 + 4});
    QCOMPARE(groups[2].members,
             (std::vector<LinearKey>{
                 Role::Gate, Role::Up, Role::Router, {Role::Gate, kSharedExpert}, {Role::Up, kSharedExpert}, Role::SharedRouter}));
    const InputGroup& input = groups[static_cast<std::size_t>(places.expert_inputs + 3)];
    QCOMPARE(input.members, (std::vector<LinearKey>{{Role::Gate, 3}, {Role::Up, 3}}));
    QCOMPARE(input.scaled_with, 2);
    QCOMPARE(input.absorber.name, groups[2].absorber.name);
    const InputGroup& hidden = groups[static_cast<std::size_t>(places.expert_hidden + 3)];
    QCOMPARE(hidden.absorber.name, std::string("model.layers.{}.mlp.experts.3.up_proj"));
    QCOMPARE(hidden.in_features, Index{24});
    QCOMPARE(groups[static_cast<std::size_t>(places.shared_hidden)].in_features, Index{40});
    QCOMPARE(groups[static_cast<std::size_t>(places.mlp_hidden)].blocks, InputGroup::Blocks::WithMlp);
    for (std::size_t i = 1; i < groups.size(); ++i) QVERIFY(groups[i].stage >= groups[i - 1].stage);
}

void TestModelConfig::expertsBeyondReasonAreRefused() {
    Json json = qwenMoe();
    json["num_experts"] = 0;
    QVERIFY_EXCEPTION_THROWN(parse(json), Error);
    json["num_experts"] = 1 << 20;
    QVERIFY_EXCEPTION_THROWN(parse(json), Error);
    json["num_experts"] = 1024;
    json["num_hidden_layers"] = 1000;  // a name for each of millions of layers
    QVERIFY_EXCEPTION_THROWN(parse(json), Error);
    json = qwenMoe();
    json["num_experts_per_tok"] = 5;  // of four
    QVERIFY_EXCEPTION_THROWN(parse(json), Error);
}

namespace {

/// As Gemma 3 4B was published.
Json gemma4b() {
    return parseJson(R"({"architectures": ["Gemma3ForConditionalGeneration"], "boi_token_index": 255999, "eoi_token_index": 256000,
        "eos_token_id": [1, 106], "image_token_index": 262144, "initializer_range": 0.02, "mm_tokens_per_image": 256, "model_type": "gemma3",
        "text_config": {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text", "num_hidden_layers": 34,
                        "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024},
        "torch_dtype": "bfloat16",
        "vision_config": {"hidden_size": 1152, "image_size": 896, "intermediate_size": 4304, "model_type": "siglip_vision_model",
                          "num_attention_heads": 16, "num_hidden_layers": 27, "patch_size": 14, "vision_use_head": false}})",
                     "gemma-3-4b");
}

}  // namespace

// Numbers of transformers' Gemma3TextConfig, version 4.50.
void TestModelConfig::nestedGemmaTakesWhatItsClassHas() {
    const ModelConfig config = parse(gemma4b());
    QCOMPARE(config.family->model_type, std::string("gemma3"));
    QCOMPARE(config.n_blocks, 34);
    QCOMPARE(config.hidden_size, Index{2560});
    QCOMPARE(config.vocabulary_size, Index{262208});
    QCOMPARE(config.linearShape(Role::Query), std::pair(Index{2048}, Index{2560}));
    QCOMPARE(config.linearShape(Role::Value), std::pair(Index{1024}, Index{2560}));
    QCOMPARE(config.attention_scale, 1.0 / 16.0);
    QCOMPARE(config.max_positions, Index{131072});
    QCOMPARE(config.norm_epsilon, 1e-6);
    QCOMPARE(config.activation, Activation::GeluTanh);
    for (int block = 0; block < 34; ++block) QCOMPARE(config.slidingWindow(block), Index{block % 6 == 5 ? 0 : 1024});
    QCOMPARE(config.ropeOf(5).theta, 1e6);
    QCOMPARE(config.ropeOf(5).factor, 8.0);
    QCOMPARE(config.ropeOf(4).theta, 1e4);
    QCOMPARE(config.ropeOf(4).scaling, RopeConfig::Scaling::None);
    QVERIFY(config.tie_word_embeddings);
    QCOMPARE(config.attention_soft_cap, 0.0);
    QCOMPARE(config.stored_dtype, std::string("bfloat16"));
    QVERIFY(config.raw == gemma4b());

    Json json = gemma4b();
    json["text_config"].erase("sliding_window");
    QCOMPARE(parse(json).slidingWindow(0), Index{4096});
    json["text_config"]["head_dim"] = nullptr;  // not the same as silence
    QCOMPARE(parse(json).head_dim, Index{320});
    json.erase("torch_dtype");
    json["text_config"]["dtype"] = "float16";
    QCOMPARE(parse(json).stored_dtype, std::string("float16"));
}

// Numbers of transformers' MistralConfig.
void TestModelConfig::nestedMistralTakesWhatItsClassHas() {
    Json json = {{"model_type", "mistral3"}, {"text_config", {{"hidden_size", 5120}, {"head_dim", 128}}}};
    const ModelConfig config = parse(json);
    QCOMPARE(config.vocabulary_size, Index{32000});
    QCOMPARE(config.intermediate_size, Index{14336});
    QCOMPARE(config.n_blocks, 32);
    QCOMPARE(config.linearShape(Role::Query), std::pair(Index{4096}, Index{5120}));
    QCOMPARE(config.linearShape(Role::Key), std::pair(Index{1024}, Index{5120}));
    QCOMPARE(config.slidingWindow(31), Index{4096});
    QVERIFY(!config.tie_word_embeddings);
    json["text_config"]["sliding_window"] = nullptr;
    QCOMPARE(parse(json).slidingWindow(31), Index{0});
}

void TestModelConfig::nestedTextModelSaysWhetherItsHeadIsTied() {
    Json json = gemma4b();
    json["tie_word_embeddings"] = false;
    QVERIFY(!parse(json).tie_word_embeddings);
    json["text_config"]["tie_word_embeddings"] = true;
    QVERIFY(parse(json).tie_word_embeddings);
    json["text_config"]["tie_word_embeddings"] = false;
    json["tie_word_embeddings"] = true;
    const ModelConfig config = parse(json);
    QCOMPARE(plannedTensors(config, "language_model.model.").back().name, std::string("language_model.lm_head.weight"));
    QCOMPARE(plannedTensors(config, "model.language_model.").back().name, std::string("lm_head.weight"));
}

void TestModelConfig::headsOfStableLmAreNormedWhereTheConfigSays() {
    const auto norms = [](const Json& json) {
        std::vector<PlannedTensor> found;
        for (PlannedTensor& tensor : plannedTensors(parse(json), "model.")) {
            if (tensor.name.find("_layernorm.norms.") != std::string::npos) found.push_back(std::move(tensor));
        }
        return found;
    };
    Json json = llama();
    json["model_type"] = "stablelm";
    QCOMPARE(norms(json).size(), std::size_t{0});
    json["qk_layernorm"] = false;
    QCOMPARE(norms(json).size(), std::size_t{0});
    json["qk_layernorm"] = true;
    const std::vector<PlannedTensor> found = norms(json);
    QCOMPARE(found.size(), std::size_t{2 * (8 + 4)});
    QCOMPARE(found[7].name, std::string("model.layers.0.self_attn.q_layernorm.norms.7.weight"));
    QCOMPARE(found[8].name, std::string("model.layers.0.self_attn.k_layernorm.norms.0.weight"));
    QCOMPARE(found[23].name, std::string("model.layers.1.self_attn.k_layernorm.norms.3.weight"));
    for (const PlannedTensor& tensor : found) QCOMPARE(tensor.shape, std::vector<std::int64_t>{8});
}

QTEST_APPLESS_MAIN(TestModelConfig)
#include "tst_model_config.moc"
