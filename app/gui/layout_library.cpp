#include "app/gui/layout_library.h"

#include <QCoreApplication>
#include <utility>

#include "app/gui/lesson_library.h"
#include "core/error.h"

namespace salient {

namespace {

constexpr qsizetype kLongestText = 1'000'000;  // characters of all of them
constexpr int kErrorMapsTab = 1;               // of Compare

class Words {
    Q_DECLARE_TR_FUNCTIONS(layoutLibrary)
};

Json pageBeside(Page page, Page beside) {
    Json layout = Json::object();
    layout["page"] = pageKey(page).toStdString();
    layout["beside"] = {{"page", pageKey(beside).toStdString()}};
    return layout;
}

}  // namespace

std::vector<NamedLayout> builtInLayouts() {
    Json stepper = pageBeside(Page::Stepper, Page::Compare);
    stepper["settings"] = {{"compare.tab", kErrorMapsTab}};
    return {{Words::tr("One page"), Json::object()},
            {Words::tr("Map beside Channels"), pageBeside(Page::Map, Page::Channels)},
            {Words::tr("Stepper beside Error maps"), std::move(stepper)},
            {Words::tr("Tune beside Compare"), pageBeside(Page::Tune, Page::Compare)}};
}

std::vector<NamedLayout> layoutsIn(const QString& text) try {
    std::vector<NamedLayout> layouts;
    if (text.isEmpty() || text.size() > kLongestText) return layouts;
    const Json kept = parseJson(text.toStdString(), "layouts");
    if (!kept.is_array()) return layouts;
    for (const Json& one : kept) {
        if (layouts.size() == kMostLayouts) break;
        if (!one.is_object() || !one.contains("name") || !one.contains("layout")) continue;
        if (!one["name"].is_string() || !one["layout"].is_object()) continue;
        const QString name = QString::fromStdString(one["name"].get<std::string>()).simplified().left(kLongestLayoutName);
        if (!name.isEmpty() && !namesOf(layouts).contains(name)) layouts.push_back({name, one["layout"]});
    }
    return layouts;
} catch (const Error&) {  // no JSON
    return {};
}

QString layoutsText(const std::vector<NamedLayout>& layouts) {
    Json kept = Json::array();
    for (const NamedLayout& one : layouts) {
        Json entry = Json::object();
        entry["name"] = one.name.toStdString();
        entry["layout"] = one.layout;
        kept.push_back(std::move(entry));
    }
    return QString::fromStdString(kept.dump(-1, ' ', true));
}

QStringList namesOf(const std::vector<NamedLayout>& layouts) {
    QStringList names;
    for (const NamedLayout& one : layouts) names << one.name;
    return names;
}

}  // namespace salient
