#include <QStringList>
#include <QTest>

#include "core/recipe/method_flags.h"
#include "core/recipe/override_text.h"
#include "core/recipe/recipe.h"

using namespace salient;

namespace {

Recipe sampleRecipe() {
    Recipe recipe;
    recipe.model = "models/small";
    recipe.calibration_text = "calib.txt";
    recipe.samples = {.n_samples = 16, .seq_len = 256, .seed = 5};
    RecipeRun run;
    run.method = methodFromName("gptq");
    run.name = "gptq";
    recipe.runs = {run};
    recipe.evaluation_text = "eval.txt";
    recipe.perplexity.seq_len = 256;
    return recipe;
}

std::string refusal(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

class TestRecipe : public QObject {
    Q_OBJECT

private slots:
    void documentRoundTrips() {
        Recipe recipe = sampleRecipe();
        recipe.compute = Compute::BFloat16;
        recipe.samples.choice = SampleSpec::Choice::BosWindows;
        recipe.perplexity.protocol = PerplexityProtocol::BosWindows;
        recipe.perplexity.n_windows = 3;
        recipe.report = "report";
        recipe.threads = 2;
        for (const std::string& name : methodNames()) {
            RecipeRun run;
            run.name = name + " tuned";
            run.method = methodFromName(name);
            run.method.awq.fixed_ratio = 0.35;
            run.method.awq.fixed_clip = 0.85;
            run.method.smoothquant.alpha = 0.8;
            run.method.gptq.act_order = true;
            run.method.gptq.group_parameters = GptqOptions::GroupParameters::Fresh;
            run.method.gptq.keep_columns = {3, 7};
            run.method.grid.scale_type = DType::BF16;
            run.method.feed = MethodSpec::Feed::Quantized;
            run.method.fold_into_linears = false;
            run.method.keep = {"down_proj$"};
            if (run.method.activations == ActivationScale::None)
                run.method.overrides = {{"o_proj", "awq+gptq", 5, -1}, {"v_proj", {}, 6, {}}, {"o_proj", "awq", {}, {}, {}, 0.15, 0.9}};
            run.format = ExportFormat::Dequantized;
            run.out = "out/" + name;
            recipe.runs.push_back(run);
        }
        const Json document = toJson(recipe);
        QCOMPARE(toJson(recipeFromJson(document)).dump(), document.dump());
        // Through text, as a file would go.
        QCOMPARE(toJson(recipeFromJson(parseJson(document.dump(), "recipe.json"))).dump(), document.dump());
    }

    void aClipIsWrittenWhereThereIsOne() {
        Json document = toJson(methodFromName("awq"));
        QVERIFY(!document["awq"].contains("fixed_clip"));  // as before there were any
        document["awq"]["fixed_clip"] = 0.7;
        document["overrides"] = Json::array({{{"layers", "v_proj"}, {"clip", 0.55}}});
        const MethodSpec method = methodFromJson(document);
        QCOMPARE(method.awq.fixed_clip, 0.7);
        QCOMPARE(method.overrides.front().clip, std::optional<double>(0.55));
        QCOMPARE(toJson(method).dump(), document.dump());
        document["awq"]["fixed_clip"] = 0.01;
        QVERIFY(contains(refusal([&] { (void)methodFromJson(document); }), "fixed clip"));
    }

    void unknownKeysAreRefusedByPath_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("path");
        QTest::newRow("top") << "/modle"
                             << "modle";
        QTest::newRow("calibration") << "/calibration/nsamples"
                                     << "calibration.nsamples";
        QTest::newRow("evaluation") << "/evaluation/windows"
                                    << "evaluation.windows";
        QTest::newRow("run") << "/runs/0/bits"
                             << "runs[0].bits";
        QTest::newRow("method") << "/runs/0/method/bits"
                                << "method.bits";
        QTest::newRow("grid") << "/runs/0/method/grid/groupsize"
                              << "method.grid.groupsize";
        QTest::newRow("gptq") << "/runs/0/method/gptq/percdamp"
                              << "method.gptq.percdamp";
    }
    void unknownKeysAreRefusedByPath() {
        QFETCH(QString, pointer);
        QFETCH(QString, path);
        Json document = toJson(sampleRecipe());
        document[Json::json_pointer(pointer.toStdString())] = 1;
        const std::string message = refusal([&] { (void)recipeFromJson(document); });
        QVERIFY2(contains(message, qPrintable(path)) && contains(message, "unknown key"), message.c_str());
    }

    void wrongValuesAreRefusedByPath_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::newRow("text for a number") << "/calibration/n_samples"
                                           << "\"many\"";
        QTest::newRow("fraction for an integer") << "/calibration/n_samples"
                                                 << "1.5";
        QTest::newRow("too large") << "/calibration/n_samples"
                                   << "5000000000";
        QTest::newRow("negative seed") << "/calibration/seed"
                                       << "-1";
        QTest::newRow("too many windows") << "/calibration/n_samples"
                                          << "1048577";
        QTest::newRow("too long windows") << "/calibration/seq_len"
                                          << "1048577";
        QTest::newRow("too long windows to evaluate") << "/evaluation/seq_len"
                                                      << "1048577";
        QTest::newRow("too many threads") << "/threads"
                                          << "1025";
        QTest::newRow("no window") << "/calibration/n_samples"
                                   << "0";
        QTest::newRow("unknown name") << "/compute"
                                      << "\"float8\"";
        QTest::newRow("bits") << "/runs/0/method/grid/bits"
                              << "9";
        QTest::newRow("damping") << "/runs/0/method/gptq/damping"
                                 << "-0.5";
        QTest::newRow("keep") << "/runs/0/method/keep"
                              << "\"down\"";
        QTest::newRow("regular expression") << "/runs/0/method/keep"
                                            << "[\"(\"]";
        QTest::newRow("an override of nothing") << "/runs/0/method/overrides"
                                                << R"([{"layers": "down"}])";
        QTest::newRow("an override's bits") << "/runs/0/method/overrides"
                                            << R"([{"layers": "down", "bits": 1}])";
        QTest::newRow("an override's key") << "/runs/0/method/overrides"
                                           << R"([{"layers": "down", "bit": 8}])";
        QTest::newRow("overrides") << "/runs/0/method/overrides"
                                   << R"({"layers": "down"})";
        QTest::newRow("too many runs") << "/runs" << '[' + QStringList(1001, QString("{}")).join(',') + ']';
        QTest::newRow("an expression without end") << "/runs/0/method/keep"
                                                   << "[\"" + QString(1001, 'a') + "\"]";
        QTest::newRow("runs") << "/runs"
                              << "{}";
        QTest::newRow("no runs") << "/runs"
                                 << "[]";
        QTest::newRow("no model") << "/model"
                                  << "\"\"";
        QTest::newRow("a run without a method") << "/runs/0"
                                                << "{\"name\": \"x\"}";
        QTest::newRow("an export without a directory") << "/runs/0/export"
                                                       << "{\"format\": \"gptq\"}";
    }
    void wrongValuesAreRefusedByPath() {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        Json document = toJson(sampleRecipe());
        document[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString());
        const std::string message = refusal([&] { (void)recipeFromJson(document); });
        QVERIFY2(contains(message, "expected") && contains(message, "found"), message.c_str());
    }

    void relativePathsStartAtTheDocumentsFolder() {
        const Recipe recipe = recipeFromJson(toJson(sampleRecipe()), "/jobs/today");
        QCOMPARE(recipe.model.string(), std::string("/jobs/today/models/small"));
        QCOMPARE(recipe.evaluation_text.string(), std::string("/jobs/today/eval.txt"));
    }

    void aNameAloneMeansItsPublishedDefaults() {
        const MethodSpec method = methodFromJson({{"name", "smoothquant"}});
        QCOMPARE(toJson(method).dump(), toJson(methodFromName("smoothquant")).dump());
        const MethodSpec narrow = methodFromJson({{"name", "awq"}, {"grid", {{"bits", 3}, {"symmetric", false}}}});
        QCOMPARE(narrow.grid.bits, 3);
        QVERIFY(narrow.grid.rule == GridRule::Awq);
    }

    void aNameThatContradictsTheSettingsIsRefused() {
        const std::string message = refusal([] { (void)methodFromJson({{"name", "gptq"}, {"rounding", "nearest"}}); });
        QVERIFY2(contains(message, "'rtn'") && contains(message, "'gptq'"), message.c_str());
    }

    void flagsMeanTheMethodTheyCameFrom() {
        for (const std::string& name : methodNames()) {
            for (const int bits : {3, 8}) {
                MethodFlags flags;
                flags.method = name;
                if (name != "smoothquant" && name != "w8a8") flags.bits = bits;
                if (name.ends_with("gptq")) flags.damping = 0.05;
                if (name.starts_with("awq")) {
                    flags.ratio = 0.25;
                    flags.clip = 0.9;
                    flags.overrides = {"v_proj:clip=0.75"};
                }
                if (name.starts_with("smoothquant")) flags.alpha = 0.75;
                flags.keep = {"lm_head|down"};
                if (!(name == "smoothquant" || name == "w8a8" || (name == "smoothquant+gptq" && bits == 8)))
                    flags.overrides.insert(flags.overrides.end(), {"a:b|c:method=gptq,bits=6,group_size=-1", "q_proj:bits=5"});
                const MethodSpec method = methodFromFlags(flags);
                const std::optional<MethodFlags> again = flagsFromMethod(method);
                QVERIFY2(again.has_value(), name.c_str());
                QCOMPARE(toJson(methodFromFlags(*again)).dump(), toJson(method).dump());
            }
        }
    }

    void everyFlagSetsItsOwnSetting() {
        const auto with = [](const char* name, const auto& change) {
            MethodFlags flags;
            flags.method = name;
            change(flags);
            return methodFromFlags(flags);
        };
        using Parameters = GptqOptions::GroupParameters;
        QVERIFY(with("rtn", [](auto& f) { f.bits = 3; }).grid.bits == 3);
        QVERIFY(with("rtn", [](auto& f) { f.group_size = 32; }).grid.group_size == 32);
        QVERIFY(with("rtn", [](auto& f) { f.weight_scale = "row"; }).grid.group_size == -1);
        QVERIFY(with("rtn", [](auto& f) { f.symmetric = false; }).grid.is_symmetric == false);
        QVERIFY(with("awq", [](auto& f) { f.symmetric = true; }).grid.is_symmetric);
        QVERIFY(with("rtn", [](auto& f) { f.mse = true; }).grid.mse_search);
        QVERIFY(with("w8a8", [](auto& f) { f.weight_scale = "tensor"; }).grid.per_tensor);
        QVERIFY(with("w8a8", [](auto& f) { f.activation_scale = "tensor"; }).activations == ActivationScale::PerTensor);
        QVERIFY(with("w8a8", [](auto& f) { f.activation_scale = "token"; }).activations == ActivationScale::PerToken);
        QVERIFY(with("gptq", [](auto& f) { f.act_order = true; }).gptq.act_order);
        QVERIFY(with("gptq", [](auto& f) { f.static_groups = true; }).gptq.static_groups);
        QVERIFY(with("gptq", [](auto& f) { f.damping = 0.03; }).gptq.damping == 0.03);
        QVERIFY(with("gptq", [](auto& f) { f.damping_tries = 1; }).gptq.max_damping_tries == 1);
        QVERIFY(with("gptq", [](auto& f) { f.block_size = 64; }).gptq.block_size == 64);
        QVERIFY(with("gptq", [](auto& f) { f.group_parameters = "published"; }).gptq.group_parameters == Parameters::Published);
        QVERIFY(with("gptq", [](auto& f) { f.group_parameters = "fresh"; }).gptq.group_parameters == Parameters::Fresh);
        QVERIFY(with("awq", [](auto& f) { f.ratio = 0.3; }).awq.fixed_ratio == 0.3);
        QVERIFY(with("awq", [](auto& f) { f.ratios = 7; }).awq.n_grid == 7);
        QVERIFY(with("awq", [](auto& f) { f.duo = true; }).awq.duo);
        QVERIFY(!with("awq", [](auto& f) { f.no_scale = true; }).awq.search_scale);
        QVERIFY(!with("awq", [](auto& f) { f.no_clip = true; }).awq.search_clip);
        QVERIFY(with("awq", [](auto& f) { f.clip = 0.85; }).awq.fixed_clip == 0.85);
        QVERIFY(with("awq", [](auto& f) { f.clip_levels = 4; }).awq.n_clip_levels == 4);
        QVERIFY(with("awq", [](auto& f) { f.clip_layers = "published"; }).awq.clip_layers == AwqOptions::ClipLayers::Published);
        QVERIFY(!with("awq", [](auto& f) { f.separate_loss = true; }).awq.joint_loss);
        QVERIFY(with("smoothquant", [](auto& f) { f.alpha = 0.7; }).smoothquant.alpha == 0.7);
        QVERIFY(with("smoothquant", [](auto& f) { f.alpha_search = true; }).smoothquant.search_alpha);
        QVERIFY(with("smoothquant", [](auto& f) { f.activation_only = true; }).smoothquant.activation_only);
        QVERIFY(with("rtn", [](auto& f) { f.true_sequential = true; }).true_sequential);
        QVERIFY(with("rtn", [](auto& f) { f.feed = "quantized"; }).feed == MethodSpec::Feed::Quantized);
        QVERIFY(with("rtn", [](auto& f) { f.feed = "original"; }).feed == MethodSpec::Feed::Original);
        QVERIFY(!with("awq", [](auto& f) { f.norms_only = true; }).fold_into_linears);
        QVERIFY(with("awq", [](auto& f) { f.overrides = {"mlp:ratio=0.25"}; }).overrides.front().ratio == 0.25);
        QVERIFY(with("awq", [](auto& f) { f.overrides = {"mlp:clip=0.45"}; }).overrides.front().clip == 0.45);
        QVERIFY(with("smoothquant", [](auto& f) { f.overrides = {"mlp:alpha=0.65"}; }).overrides.front().alpha == 0.65);
    }

    void flagsThatOthersMakeIdleAreRefused_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("flag");
        QTest::addColumn<std::function<void(MethodFlags&)>>("change");
        const auto add = [](const char* method, const char* flag, const char* beside, std::function<void(MethodFlags&)> change) {
            QTest::addRow("%s %s", flag, beside) << QString(method) << QString(flag) << std::move(change);
        };
        add("rtn", "--weight-scale", "row, group size", [](MethodFlags& f) {
            f.group_size = 64;
            f.weight_scale = "row";
        });
        add("rtn", "--weight-scale", "group, whole row", [](MethodFlags& f) {
            f.group_size = -1;
            f.weight_scale = "group";
        });
        add("gptq", "--static-groups", "whole row", [](MethodFlags& f) {
            f.group_size = -1;
            f.static_groups = true;
        });
        add("gptq", "--group-parameters", "static", [](MethodFlags& f) {
            f.static_groups = true;
            f.group_parameters = "fresh";
        });
        add("awq", "--ratio", "no scale", [](MethodFlags& f) {
            f.no_scale = true;
            f.ratio = 0.5;
        });
        add("awq", "--duo", "no scale", [](MethodFlags& f) {
            f.no_scale = true;
            f.duo = true;
        });
        add("awq", "--separate-loss", "no scale", [](MethodFlags& f) {
            f.no_scale = true;
            f.separate_loss = true;
        });
        add("awq", "--separate-loss", "ratio", [](MethodFlags& f) {
            f.ratio = 0.5;
            f.separate_loss = true;
        });
        add("awq", "--ratios", "ratio", [](MethodFlags& f) {
            f.ratio = 0.5;
            f.ratios = 7;
        });
        add("awq", "--ratios", "no scale", [](MethodFlags& f) {
            f.no_scale = true;
            f.ratios = 7;
        });
        add("awq", "--clip-levels", "no clip", [](MethodFlags& f) {
            f.no_clip = true;
            f.clip_levels = 4;
        });
        add("awq", "--clip-levels", "clip", [](MethodFlags& f) {
            f.clip = 0.9;
            f.clip_levels = 4;
        });
        add("awq", "--clip", "no clip", [](MethodFlags& f) {
            f.no_clip = true;
            f.clip = 0.9;
        });
        add("awq", "--clip", "below 0", [](MethodFlags& f) { f.clip = -0.5; });
        add("awq", "--clip-layers", "no clip", [](MethodFlags& f) {
            f.no_clip = true;
            f.clip_layers = "published";
        });
        add("smoothquant", "--alpha", "search", [](MethodFlags& f) {
            f.alpha = 0.7;
            f.alpha_search = true;
        });
    }
    void flagsThatOthersMakeIdleAreRefused() {
        QFETCH(QString, method);
        QFETCH(QString, flag);
        QFETCH(std::function<void(MethodFlags&)>, change);
        MethodFlags flags;
        flags.method = method.toStdString();
        change(flags);
        const std::string message = refusal([&] { (void)methodFromFlags(flags); });
        QVERIFY2(message.starts_with(flag.toStdString() + ": expected"), message.c_str());
    }

    void settingsWithoutEffectNeedNoFlag() {
        MethodSpec searched = methodFromName("smoothquant");
        searched.smoothquant.search_alpha = true;
        searched.smoothquant.alpha = 0.9;
        MethodSpec unscaled = methodFromName("awq");
        unscaled.awq.search_scale = false;
        unscaled.awq.fixed_ratio = 0.5;
        MethodSpec unclipped = methodFromName("awq");
        unclipped.awq.search_clip = false;
        unclipped.awq.fixed_clip = 0.5;
        MethodSpec clipped = methodFromName("awq");
        clipped.awq.fixed_clip = 0.5;
        clipped.awq.n_clip_levels = 3;
        MethodSpec whole_rows = methodFromName("gptq");
        whole_rows.grid.group_size = -1;
        whole_rows.gptq.static_groups = true;
        for (const MethodSpec& method : {searched, unscaled, unclipped, clipped, whole_rows}) QVERIFY(flagsFromMethod(method).has_value());
        whole_rows.overrides = {{"mlp", {}, {}, 64}};  // which has groups
        QCOMPARE(flagsFromMethod(whole_rows)->static_groups, std::optional<bool>(true));
    }

    void wrongOverridesAreRefused_data() {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"q_proj", ":bits=8", "q_proj:", "q_proj:bits", "q_proj:bits=", "q_proj:bits=8x", "q_proj:width=8", "q_proj:bits=8,,",
              "q_proj:alpha=x", "q_proj:ratio=0.5x", "q_proj:clip=", "(:bits=8", "q_proj:bits=99999999999"})
            QTest::newRow(text) << text;
    }
    void wrongOverridesAreRefused() {
        QFETCH(QString, text);
        const std::string message = refusal([&] { (void)overrideFromText(text.toStdString()); });
        QVERIFY2(contains(message, "expected") && contains(message, "found"), message.c_str());
    }

    void whatFlagsCannotSayHasNone() {
        MethodSpec method = methodFromName("gptq");
        method.gptq.keep_columns = {1};
        QVERIFY(!flagsFromMethod(method).has_value());
    }

    void flagsThatAMethodHasNoUseForAreRefused() {
        MethodFlags flags;
        flags.method = "rtn";
        flags.alpha = 0.5;
        QVERIFY(contains(refusal([&] { (void)methodFromFlags(flags); }), "--alpha: expected a smoothquant method, found 'rtn'"));
        flags = {};
        flags.method = "smoothquant";
        flags.bits = 4;
        QVERIFY(contains(refusal([&] { (void)methodFromFlags(flags); }), "--bits"));
        flags.bits = 8;
        QCOMPARE(refusal([&] { (void)methodFromFlags(flags); }), std::string());
        flags = {};
        flags.act_order = true;
        QVERIFY(contains(refusal([&] { (void)comparedMethods({"rtn", "awq"}, flags); }), "--act-order"));
    }

    void comparedMethodsShareOneGrid() {
        MethodFlags flags;
        flags.bits = 3;
        flags.damping = 0.02;
        const std::vector<MethodSpec> methods = comparedMethods({"rtn", "gptq", "awq", "smoothquant"}, flags);
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(methods[i].grid.bits, 3);
            QVERIFY(!methods[i].grid.is_symmetric);
        }
        QCOMPARE(methods[1].gptq.damping, 0.02);
        QCOMPARE(methods[3].grid.bits, 8);
    }

    void anExportBecomesAQuantizeCommand() {
        Recipe recipe = sampleRecipe();
        recipe.evaluation_text.clear();
        recipe.model = "my models/it's small";
        recipe.runs[0].method.gptq.act_order = true;
        recipe.runs[0].format = ExportFormat::Gptq;
        recipe.runs[0].out = "out";
        QCOMPARE(asCommand(recipe).value_or(std::string()),
                 std::string("salient-cli quantize 'my models/it'\\''s small' --out out --format gptq --method gptq --bits 4 "
                             "--group-size 128 --act-order --text calib.txt --n-samples 16 --seq-len 256 --seed 5"));
    }

    void aGgufExportSaysWhatItsLayersBecome() {
        Recipe recipe = sampleRecipe();
        recipe.evaluation_text.clear();
        recipe.runs.resize(1);
        recipe.runs[0].format = ExportFormat::Gguf;
        recipe.runs[0].gguf_weights = GgufWeights::Q8_0;
        recipe.runs[0].out = "out";
        const Json document = toJson(recipe);
        QCOMPARE(document["runs"][0]["export"]["weights"].get<std::string>(), std::string("q8_0"));
        QVERIFY(recipeFromJson(document).runs[0].gguf_weights == GgufWeights::Q8_0);
        QVERIFY(asCommand(recipe)->find("--format gguf --gguf-type q8_0 ") != std::string::npos);
        recipe.runs[0].format = ExportFormat::Gptq;  // an option without effect is an error
        QVERIFY_EXCEPTION_THROWN(recipe.validate(), Error);
    }

    void aComparisonBecomesACompareCommandWhereOneCanSayIt() {
        Recipe recipe = sampleRecipe();
        recipe.runs.clear();
        MethodFlags flags;
        flags.bits = 3;
        for (const MethodSpec& method : comparedMethods({"rtn", "awq", "smoothquant"}, flags)) {
            RecipeRun run;
            run.name = methodName(method);
            run.method = method;
            recipe.runs.push_back(run);
        }
        QCOMPARE(asCommand(recipe).value_or(std::string()),
                 std::string("salient-cli compare models/small --methods rtn,awq,smoothquant --bits 3 --group-size 128 "
                             "--asymmetric --text calib.txt --n-samples 16 --seq-len 256 --seed 5 --eval-text eval.txt"));
        recipe.runs[0].method.grid.bits = 4;  // two widths at once: no command says that
        QVERIFY(!asCommand(recipe));
        flags.damping_tries = 2;
        flags.ratios = 7;
        flags.clip = 0.9;
        recipe.runs.clear();
        for (const MethodSpec& method : comparedMethods({"gptq", "awq"}, flags)) {
            RecipeRun run;
            run.name = methodName(method);
            run.method = method;
            recipe.runs.push_back(run);
        }
        QVERIFY(contains(asCommand(recipe).value_or(std::string()), " --damping-tries 2 --ratios 7 --clip 0.9 "));
        recipe.runs[1].method.awq.fixed_clip = -1.0;
        recipe.runs[1].method.awq.n_clip_levels = 4;
        QVERIFY(contains(asCommand(recipe).value_or(std::string()), " --ratios 7 --clip-levels 4 "));
        QCOMPARE(runCommand("my recipe.json"), std::string("salient-cli run 'my recipe.json'"));
    }
};

QTEST_APPLESS_MAIN(TestRecipe)
#include "tst_recipe.moc"
