#include "widgets/kept_settings.h"

#include <QAbstractButton>
#include <QAbstractSlider>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QScrollBar>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QValidator>
#include <QVariant>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "widgets/awaited_scroll.h"
#include "widgets/heatmap_view.h"

namespace salient {

namespace {

constexpr const char* kName = "kept_setting";
constexpr int kLongestText = 10'000;
constexpr int kMostPixels = 100'000;
constexpr int kMostLines = 100'000'000;  // rows, or pixels, that an area is scrolled by
constexpr double kMostCells = 1e9;       // of a matrix, along an axis

/// Calls body(name, control) for each.
template <typename Body>
void forEachKept(const QWidget& root, Body body) {
    for (QWidget* control : root.findChildren<QWidget*>()) {
        const QVariant name = control->property(kName);
        if (name.isValid()) body(name.toString().toStdString(), control);
    }
}

/// An empty list where all is in sight.
Json jsonOf(const std::optional<HeatmapPlace>& place) {
    if (!place) return Json::array();
    const MatrixRegion& part = place->part;
    return Json::array({part.first_row, part.first_col, part.n_rows, part.n_cols, place->rows, place->columns});
}

Json valueOf(const QWidget* control) {
    if (const auto* box = qobject_cast<const QComboBox*>(control)) return box->currentText().toStdString();
    if (const auto* button = qobject_cast<const QAbstractButton*>(control)) return button->isChecked();
    if (const auto* slider = qobject_cast<const QAbstractSlider*>(control)) return slider->value();
    if (const auto* spin = qobject_cast<const QSpinBox*>(control)) return spin->value();
    if (const auto* spin = qobject_cast<const QDoubleSpinBox*>(control)) return spin->value();
    if (const auto* line = qobject_cast<const QLineEdit*>(control)) return line->text().toStdString();
    if (const auto* tabs = qobject_cast<const QTabWidget*>(control)) return tabs->currentIndex();
    if (const auto* header = qobject_cast<const QHeaderView*>(control))
        return Json::array({header->sortIndicatorSection(), header->sortIndicatorOrder() == Qt::DescendingOrder});
    if (const auto* area = qobject_cast<const QAbstractScrollArea*>(control)) {
        const QPoint place = scrolledTo(*area);
        return Json::array({place.x(), place.y()});
    }
    if (const auto* heatmap = qobject_cast<const HeatmapView*>(control)) return jsonOf(heatmap->place());
    Json sizes = Json::array();
    if (const auto* splitter = qobject_cast<const QSplitter*>(control)) {
        for (const int size : splitter->sizes()) sizes.push_back(size);
    }
    return sizes;
}

bool isWithin(const Json& value, double least, double most) {
    return value.is_number() && value.get<double>() >= least && value.get<double>() <= most;
}

void setText(QComboBox& box, const Json& value) {
    const int at = box.findText(QString::fromStdString(value.get<std::string>()));
    if (at >= 0) box.setCurrentIndex(at);
}

void setText(QLineEdit& line, const Json& value) {
    QString text = QString::fromStdString(value.get<std::string>());
    int cursor = 0;
    const QValidator* validator = line.validator();
    if (validator == nullptr || validator->validate(text, cursor) == QValidator::Acceptable) line.setText(text);
}

void setSizes(QSplitter& splitter, const Json& value) {
    QList<int> sizes;
    for (const Json& size : value) {
        if (!isWithin(size, 0, kMostPixels)) return;
        sizes << static_cast<int>(size.get<double>());
    }
    // All of them nothing: it was never shown.
    const bool is_shown = std::any_of(sizes.begin(), sizes.end(), [](int size) { return size > 0; });
    if (is_shown && sizes.size() == splitter.count()) splitter.setSizes(sizes);
}

/// All numbers of a list of so many, or nothing.
template <std::size_t n_numbers>
std::optional<std::array<double, n_numbers>> numbersIn(const Json& value, double least, double most) {
    std::array<double, n_numbers> numbers{};
    if (!value.is_array() || value.size() != n_numbers) return std::nullopt;
    for (std::size_t i = 0; i < n_numbers; ++i) {
        if (!isWithin(value.at(i), least, most)) return std::nullopt;
        numbers[i] = value.at(i).get<double>();
    }
    return numbers;
}

void setSorting(QHeaderView& header, const Json& value) {
    if (!value.is_array() || value.size() != 2 || !isWithin(value.at(0), -1, header.count() - 1) || !value.at(1).is_boolean()) return;
    header.setSortIndicator(static_cast<int>(value.at(0).get<double>()),
                            value.at(1).get<bool>() ? Qt::DescendingOrder : Qt::AscendingOrder);
}

void setScroll(QAbstractScrollArea& area, const Json& value) {
    if (const auto place = numbersIn<2>(value, 0, kMostLines))
        scrollLater(area, {static_cast<int>((*place)[0]), static_cast<int>((*place)[1])});
}

void setPlace(HeatmapView& heatmap, const Json& value) {
    if (value.is_array() && value.empty()) heatmap.goToPlace({});
    if (const auto place = numbersIn<6>(value, 0, kMostCells)) {
        const auto& [first_row, first_col, n_rows, n_cols, rows, columns] = *place;
        heatmap.goToPlace(HeatmapPlace{{first_row, first_col, n_rows, n_cols}, static_cast<Index>(rows), static_cast<Index>(columns)});
    }
}

void setValue(QWidget* control, const Json& value) {
    const bool is_text = value.is_string() && value.get_ref<const std::string&>().size() <= kLongestText;
    if (auto* box = qobject_cast<QComboBox*>(control)) {
        if (is_text) setText(*box, value);
    } else if (auto* button = qobject_cast<QAbstractButton*>(control)) {
        if (value.is_boolean()) button->setChecked(value.get<bool>());
    } else if (auto* slider = qobject_cast<QAbstractSlider*>(control)) {
        if (isWithin(value, slider->minimum(), slider->maximum())) slider->setValue(static_cast<int>(value.get<double>()));
    } else if (auto* spin = qobject_cast<QSpinBox*>(control)) {
        if (isWithin(value, spin->minimum(), spin->maximum())) spin->setValue(static_cast<int>(value.get<double>()));
    } else if (auto* fine = qobject_cast<QDoubleSpinBox*>(control)) {
        if (isWithin(value, fine->minimum(), fine->maximum())) fine->setValue(value.get<double>());
    } else if (auto* line = qobject_cast<QLineEdit*>(control)) {
        if (is_text) setText(*line, value);
    } else if (auto* tabs = qobject_cast<QTabWidget*>(control)) {
        if (isWithin(value, 0, tabs->count() - 1)) tabs->setCurrentIndex(static_cast<int>(value.get<double>()));
    } else if (auto* header = qobject_cast<QHeaderView*>(control)) {
        setSorting(*header, value);
    } else if (auto* area = qobject_cast<QAbstractScrollArea*>(control)) {
        setScroll(*area, value);
    } else if (auto* heatmap = qobject_cast<HeatmapView*>(control)) {
        setPlace(*heatmap, value);
    } else if (auto* splitter = qobject_cast<QSplitter*>(control)) {
        if (value.is_array()) setSizes(*splitter, value);
    }
}

void watch(QWidget* control, const std::function<void()>& changed) {
    if (auto* box = qobject_cast<QComboBox*>(control)) QObject::connect(box, &QComboBox::currentTextChanged, box, changed);
    if (auto* button = qobject_cast<QAbstractButton*>(control)) QObject::connect(button, &QAbstractButton::toggled, button, changed);
    if (auto* slider = qobject_cast<QAbstractSlider*>(control)) QObject::connect(slider, &QAbstractSlider::valueChanged, slider, changed);
    if (auto* spin = qobject_cast<QSpinBox*>(control)) QObject::connect(spin, &QSpinBox::valueChanged, spin, changed);
    if (auto* fine = qobject_cast<QDoubleSpinBox*>(control)) QObject::connect(fine, &QDoubleSpinBox::valueChanged, fine, changed);
    if (auto* line = qobject_cast<QLineEdit*>(control)) QObject::connect(line, &QLineEdit::textChanged, line, changed);
    if (auto* tabs = qobject_cast<QTabWidget*>(control)) QObject::connect(tabs, &QTabWidget::currentChanged, tabs, changed);
    if (auto* header = qobject_cast<QHeaderView*>(control)) {
        QObject::connect(header, &QHeaderView::sortIndicatorChanged, header, changed);
    } else if (auto* area = qobject_cast<QAbstractScrollArea*>(control)) {
        for (const QScrollBar* bar : {area->horizontalScrollBar(), area->verticalScrollBar()})
            QObject::connect(bar, &QScrollBar::valueChanged, area, changed);
    }
    if (auto* heatmap = qobject_cast<HeatmapView*>(control)) QObject::connect(heatmap, &HeatmapView::viewportChanged, heatmap, changed);
    if (auto* splitter = qobject_cast<QSplitter*>(control)) QObject::connect(splitter, &QSplitter::splitterMoved, splitter, changed);
}

}  // namespace

void keepSetting(QWidget* control, const char* name) { control->setProperty(kName, QString::fromLatin1(name)); }

Json keptSettings(const QWidget& root) {
    Json settings = Json::object();
    forEachKept(root, [&](const std::string& name, const QWidget* control) { settings[name] = valueOf(control); });
    return settings;
}

Json keptArrangement(const QWidget& root) {
    Json settings = Json::object();
    forEachKept(root, [&](const std::string& name, const QWidget* control) {
        if (qobject_cast<const QSplitter*>(control) != nullptr || qobject_cast<const QTabWidget*>(control) != nullptr)
            settings[name] = valueOf(control);
    });
    return settings;
}

void restoreSettings(QWidget& root, const Json& settings) {
    if (!settings.is_object()) return;
    forEachKept(root, [&](const std::string& name, QWidget* control) {
        const auto found = settings.find(name);
        if (found != settings.end()) setValue(control, *found);
    });
}

void watchSettings(QWidget& root, const std::function<void()>& changed) {
    forEachKept(root, [&](const std::string&, QWidget* control) { watch(control, changed); });
}

}  // namespace salient
