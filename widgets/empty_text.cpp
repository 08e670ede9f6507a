#include "widgets/empty_text.h"

#include <QAbstractItemView>
#include <QEvent>
#include <QLabel>

namespace salient {

namespace {

constexpr int kMargin = 8;

/// Lies over the rows that are not there.
class EmptyText : public QLabel {
public:
    EmptyText(QAbstractItemView& view, const QString& text) : QLabel(text, view.viewport()), view_(view) {
        setTextFormat(Qt::PlainText);
        setWordWrap(true);
        setAlignment(Qt::AlignCenter);
        setMargin(kMargin);
        setForegroundRole(QPalette::Text);
        setAttribute(Qt::WA_TransparentForMouseEvents);
        view.viewport()->installEventFilter(this);
        const QAbstractItemModel* model = view.model();
        for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
            connect(model, signal, this, [this] { refresh(); });
        connect(model, &QAbstractItemModel::modelReset, this, [this] { refresh(); });
        refresh();
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Resize) refresh();
        return QLabel::eventFilter(watched, event);
    }

private:
    void refresh() {
        setGeometry(view_.viewport()->rect());  // a view that scrolls moves what lies over it
        setVisible(view_.model()->rowCount(view_.rootIndex()) == 0);
    }

    QAbstractItemView& view_;
};

}  // namespace

void sayWhenEmpty(QAbstractItemView& view, const QString& text) { new EmptyText(view, text); }

}  // namespace salient
