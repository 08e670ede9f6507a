#include <QTest>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/places.h"

namespace {

namespace fs = std::filesystem;

struct Include {
    fs::path file;  // relative to the source root
    std::string target;
};

/// Every #include line of the sources below a folder.
std::vector<Include> includesBelow(const std::string& folder) {
    const fs::path root = salient::test::sourceFolder();
    std::vector<Include> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
        if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
        std::ifstream in(entry.path());
        for (std::string line; std::getline(in, line);) {
            if (!line.starts_with("#include ")) continue;
            const std::size_t first = line.find_first_of("<\"") + 1;
            found.push_back({fs::relative(entry.path(), root), line.substr(first, line.find_last_of(">\"") - first)});
        }
    }
    return found;
}

/// The folders of core, lowest first: each may include itself and those before it.
const std::vector<std::string> kLayers = {"tensor", "kernels", "io", "tokenizer", "model", "calib", "quant", "eval", "exporter", "recipe"};

int layerOf(const std::string& path) {  // "core/quant/gptq.h" → 6; -1: not inside a layer
    for (std::size_t i = 0; i < kLayers.size(); ++i)
        if (path.starts_with("core/" + kLayers[i] + "/")) return static_cast<int>(i);
    return -1;
}

bool isQt(const std::string& target) { return std::regex_search(target, std::regex("^(Q[A-Z]|Qt)")); }

}  // namespace

class LayersTest : public QObject {
    Q_OBJECT

private slots:
    void everyFolderOfCoreIsInTheList() {
        for (const fs::directory_entry& entry : fs::directory_iterator(salient::test::sourceFolder() / "core"))
            if (entry.is_directory())
                QVERIFY2(std::find(kLayers.begin(), kLayers.end(), entry.path().filename().string()) != kLayers.end(),
                         entry.path().filename().c_str());
    }

    void aFolderOfCoreIncludesOnlyThoseBelowIt() {
        for (const Include& include : includesBelow("core")) {
            const int from = layerOf(include.file.generic_string());
            const int to = layerOf(include.target);
            if (from >= 0 && to >= 0) QVERIFY2(to <= from, (include.file.string() + " includes " + include.target).c_str());
        }
    }

    void coreAndCommandLineKnowNoQt() {
        for (const std::string folder : {"core", "app/cli"})
            for (const Include& include : includesBelow(folder))
                QVERIFY2(!isQt(include.target), (include.file.string() + " includes " + include.target).c_str());
    }

    void coreKnowsNothingAboveIt() {
        for (const Include& include : includesBelow("core"))
            QVERIFY2(!include.target.starts_with("widgets/") && !include.target.starts_with("app/"),
                     (include.file.string() + " includes " + include.target).c_str());
    }

    void widgetsKnowNothingAboveThem() {
        for (const Include& include : includesBelow("widgets"))
            QVERIFY2(!include.target.starts_with("app/"), (include.file.string() + " includes " + include.target).c_str());
    }
};

QTEST_APPLESS_MAIN(LayersTest)
#include "tst_layers.moc"
