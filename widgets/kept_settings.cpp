#include "widgets/kept_settings.h"

#include <QAbstractButton>
#include <QAbstractSlider>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QVariant>
#include <algorithm>
#include <cmath>

namespace salient {

namespace {

constexpr const char* kName = "kept_setting";
constexpr int kLongestText = 10'000;
constexpr int kMostPixels = 100'000;

/// Calls body(name, control) for each.
template <typename Body>
void forEachKept(const QWidget& root, Body body) {
    for (QWidget* control : root.findChildren<QWidget*>()) {
        const QVariant name = control->property(kName);
        if (name.isValid()) body(name.toString().toStdString(), control);
    }
}

Json valueOf(const QWidget* control) {
    if (const auto* box = qobject_cast<const QComboBox*>(control)) return box->currentText().toStdString();
    if (const auto* button = qobject_cast<const QAbstractButton*>(control)) return button->isChecked();
    if (const auto* slider = qobject_cast<const QAbstractSlider*>(control)) return slider->value();
    if (const auto* spin = qobject_cast<const QSpinBox*>(control)) return spin->value();
    if (const auto* spin = qobject_cast<const QDoubleSpinBox*>(control)) return spin->value();
    if (const auto* line = qobject_cast<const QLineEdit*>(control)) return line->text().toStdString();
    if (const auto* tabs = qobject_cast<const QTabWidget*>(control)) return tabs->currentIndex();
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
        if (is_text) line->setText(QString::fromStdString(value.get<std::string>()));
    } else if (auto* tabs = qobject_cast<QTabWidget*>(control)) {
        if (isWithin(value, 0, tabs->count() - 1)) tabs->setCurrentIndex(static_cast<int>(value.get<double>()));
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
    if (auto* splitter = qobject_cast<QSplitter*>(control)) QObject::connect(splitter, &QSplitter::splitterMoved, splitter, changed);
}

}  // namespace

void keepSetting(QWidget* control, const char* name) { control->setProperty(kName, QString::fromLatin1(name)); }

Json keptSettings(const QWidget& root) {
    Json settings = Json::object();
    forEachKept(root, [&](const std::string& name, const QWidget* control) { settings[name] = valueOf(control); });
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
