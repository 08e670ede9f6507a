// What a screen reader says of the window: each control by its name, in every page and state; and what a tooltip says of it to all.

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QScrollBar>
#include <QSplitterHandle>
#include <QTabBar>

#include "app/gui/navigation.h"
#include "tests/app/gui/sitting.h"

using namespace salient;
using namespace salient::demo;

namespace {

/// The widget and what it stands in, for whoever has to find it.
QString placeOf(const QWidget& widget) {
    QStringList chain;
    for (const QWidget* each = &widget; each != nullptr && chain.size() < 5; each = each->parentWidget()) {
        QString name = QString::fromLatin1(each->metaObject()->className());
        if (!each->objectName().isEmpty()) name += QStringLiteral(" '%1'").arg(each->objectName());
        chain << name;
    }
    return chain.join(QStringLiteral(" in "));
}

/// The line of a box, the bars of a scroll area: read as parts of what they belong to.
bool isPart(const QWidget& widget) {
    const QWidget* parent = widget.parentWidget();
    const auto* area = qobject_cast<const QAbstractScrollArea*>(parent);
    if (area != nullptr && area->viewport() == &widget) return true;
    if (widget.objectName().startsWith(QStringLiteral("qt_")) || qobject_cast<const QScrollBar*>(&widget) != nullptr ||
        qobject_cast<const QHeaderView*>(&widget) != nullptr)
        return true;
    for (const QWidget* each = parent; each != nullptr; each = each->parentWidget()) {
        if (qobject_cast<const QComboBox*>(each) != nullptr || qobject_cast<const QAbstractSpinBox*>(each) != nullptr ||
            qobject_cast<const QTabBar*>(each) != nullptr || qobject_cast<const QHeaderView*>(each) != nullptr)
            return true;
    }
    return qobject_cast<const QAbstractButton*>(&widget) != nullptr && qobject_cast<const QAbstractItemView*>(parent) != nullptr;
}

bool isControl(const QWidget& widget) {
    return qobject_cast<const QAbstractButton*>(&widget) != nullptr || qobject_cast<const QComboBox*>(&widget) != nullptr ||
           qobject_cast<const QAbstractSpinBox*>(&widget) != nullptr || qobject_cast<const QLineEdit*>(&widget) != nullptr ||
           qobject_cast<const QAbstractSlider*>(&widget) != nullptr || qobject_cast<const QAbstractItemView*>(&widget) != nullptr;
}

/// Containers whose own parts are read: tabs, menus, pages.
const QStringList kSpokenByParts{QStringLiteral("QScrollArea"), QStringLiteral("QTabWidget"), QStringLiteral("QTabBar"),
                                 QStringLiteral("QMenuBar")};

/// What the keyboard reaches: it must not be silent when it gets there.
bool isReached(const QWidget& widget) { return (widget.focusPolicy() & Qt::TabFocus) != 0 && widget.isEnabled(); }

/// A button with words says what it does; what it does not say is for its tooltip.
bool speaksForItself(const QWidget& widget) {
    const auto* button = qobject_cast<const QAbstractButton*>(&widget);
    return (button != nullptr && !button->text().isEmpty()) || qobject_cast<const QAbstractItemView*>(&widget) != nullptr;
}

QStringList silentOnes(const QWidget& window, const QString& where) {
    QStringList found;
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisible() || isPart(*widget) || !(isControl(*widget) || isReached(*widget))) continue;
        if (kSpokenByParts.contains(QLatin1String(widget->metaObject()->className()))) continue;
        QAccessibleInterface* read = QAccessible::queryAccessibleInterface(widget);
        if (read == nullptr || read->text(QAccessible::Name).trimmed().isEmpty())
            found << QStringLiteral("%1: no name: %2").arg(where, placeOf(*widget));
        if (isControl(*widget) && !speaksForItself(*widget) && widget->toolTip().isEmpty() && widget->whatsThis().isEmpty())
            found << QStringLiteral("%1: no tooltip: %2").arg(where, placeOf(*widget));
    }
    return found;
}

}  // namespace

class TestReadingAloud : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(sitting_.make()); }

    void everyControlHasANameAndATooltip() {
        QStringList found;
        const auto look = [&](Desk& desk, const QString& state) {
            for (int i = 0; i < kPages; ++i) {
                desk.window.goTo(static_cast<Page>(i));
                QVERIFY(desk.waitForJobs());
                for (QTabWidget* tabs : desk.window.findChildren<QTabWidget*>()) {
                    if (!tabs->isVisible()) continue;
                    for (int tab = 0; tab < tabs->count(); ++tab) {
                        tabs->setCurrentIndex(tab);
                        QVERIFY(desk.waitForJobs());
                        found << silentOnes(desk.window,
                                            QStringLiteral("%1, %2, %3").arg(pageTitle(static_cast<Page>(i)), tabs->tabText(tab), state));
                    }
                }
                found << silentOnes(desk.window, QStringLiteral("%1, %2").arg(pageTitle(static_cast<Page>(i)), state));
            }
        };
        {
            Desk empty;
            look(empty, QStringLiteral("empty"));
        }
        {
            Desk opened;
            opened.window.session().setModel(sitting_.model, sitting_.recipe);
            look(opened, QStringLiteral("model opened"));
        }
        {
            Desk quantized;
            sitting_.takeUp(quantized.window.session());
            look(quantized, QStringLiteral("quantized"));
        }
        // The same control in several pages or states is one to mend.
        QStringList once;
        QSet<QString> known;
        for (const QString& each : found) {
            const QString what = each.mid(each.indexOf(QStringLiteral(": ")));
            if (!known.contains(what)) once << each;
            known.insert(what);
        }
        for (const QString& each : once) qWarning("%s", qPrintable(each));
        QVERIFY2(once.isEmpty(), qPrintable(QStringLiteral("%1, see the warnings").arg(once.size())));
    }

private:
    Sitting sitting_;
};

QTEST_MAIN(TestReadingAloud)
#include "tst_reading_aloud.moc"
