#include "formats/format_table.h"

#include <QComboBox>
#include <QPainter>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "formats/formats_session.h"
#include "formats/scale_fields.h"
#include "number_text.h"
#include "theme/theme.h"
#include "widgets/bit_row.h"
#include "widgets/card.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

constexpr int kTitleHeight = 22;
constexpr std::size_t kMostRows = 9;

QString errorTitle(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::relative:
            return QObject::tr("Relative error");
        case ErrorKind::absolute:
            return QObject::tr("Absolute error");
        case ErrorKind::ulps:
            return QObject::tr("Error, ULP");
    }
    return {};
}

}  // namespace

/// Column titles, and the marks of the error scale.
class FormatTable::Header final : public QWidget {
  public:
    explicit Header(const FormatTable& table) : table_(table) { setFixedHeight(kTitleHeight); }

  protected:
    void paintEvent(QPaintEvent*) override {
        const Tokens& t = Theme::instance().tokens();
        const RowLayout& l = table_.layout_;
        QPainter painter(this);
        painter.setFont(themeFont(FontRole::words, kSecondaryPixels));
        painter.setPen(t.text2);
        const auto title = [&](int x, int width, const QString& text) {
            painter.drawText(QRect(x, 0, width, height() - 3), Qt::AlignLeft | Qt::AlignVCenter,
                             painter.fontMetrics().elidedText(text, Qt::ElideRight, width));
        };
        title(l.name, l.nameWidth, tr("Format"));
        title(l.bits + 2, l.bitsWidth, tr("Bits, one scale for all formats (1 bit = 1 cell)"));
        title(l.hex, l.hexWidth, tr("Hex"));
        title(l.stored, l.storedWidth, tr("Stored value"));
        title(l.error, l.errorWidth + 8, errorTitle(table_.kind_));
        painter.setPen(t.buttonLine);
        painter.drawLine(0, height() - 1, width(), height() - 1);
        if (l.dotsWidth < 24) return;
        painter.setFont(themeFont(FontRole::words, kAxisPixels));
        painter.setPen(t.text3);
        const ErrorScale& scale = table_.scale_;
        const int right = l.dots + l.dotsWidth - 8;
        for (const int mark : scale.marks(l.dotsWidth / kMarkSpacing)) {
            const double place = static_cast<double>(mark - scale.low) / (scale.high - scale.low);
            const int x = l.dots + static_cast<int>(place * (right - l.dots));
            const QString text = mark == 0 ? QStringLiteral("1") : QStringLiteral("10") + superscriptText(mark);
            const int half = painter.fontMetrics().horizontalAdvance(text) / 2 + 1;
            const int from = std::clamp(x - half, l.dots - 6, std::max(l.dots, width() - 2 * half));
            painter.drawText(QRect(from, 0, 2 * half, height() - 3), Qt::AlignCenter | Qt::TextDontClip, text);
        }
    }

  private:
    const FormatTable& table_;
};

FormatTable::FormatTable(FormatsSession& formats, QWidget* parent)
    : QWidget(parent),
      formats_(formats),
      header_(new Header(*this)),
      scroll_(new QScrollArea(this)),
      content_(new QWidget),
      errors_(new SegmentedControl(tr("Error shown"))),
      shown_(new QComboBox) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(header_);
    layout->addWidget(scroll_, 1);
    column_ = new QVBoxLayout(content_);
    column_->setContentsMargins(0, 0, 0, 0);
    column_->setSpacing(0);
    column_->addStretch(1);
    scroll_->setWidget(content_);
    scroll_->setWidgetResizable(true);
    scroll_->setFocusPolicy(Qt::NoFocus);
    content_->setAutoFillBackground(false);  // the card shows through
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("The same value in every format"));
    errors_->setSegments({{tr("Relative"), {}, tr("Error divided by the value typed")},
                          {tr("Absolute"), {}, tr("Stored value less the value typed")},
                          {tr("ULP"), {}, tr("Error in units in the last place of the format, at the stored value")}});
    connect(errors_, &SegmentedControl::chosen, this,
            [this](int index) { formats_.setErrorsShown(static_cast<ErrorKind>(index)); });
    shown_->setProperty("small", true);
    shown_->setAccessibleName(tr("Formats in the table"));
    shown_->addItems({tr("Main formats"), tr("8 bits and less"), tr("Integers"), tr("All formats")});
    connect(shown_, &QComboBox::activated, this,
            [this](int index) { formats_.setShown(static_cast<ShownFormats>(index)); });
    connect(&Theme::instance(), &Theme::changed, header_, qOverload<>(&QWidget::update));
    connect(&formats_, &FormatsSession::changed, this, &FormatTable::follow);
    follow();
}

FormatRow* FormatTable::row(std::string_view key) const {
    for (auto* one : rows_)
        if (one->key() == key) return one;
    return nullptr;
}

void FormatTable::follow() {
    const auto keys = formats_.state().shownKeys();
    const bool same = std::equal(keys.begin(), keys.end(), rows_.begin(), rows_.end(),
                                 [](const std::string& key, const FormatRow* row) { return row->key() == key; });
    if (!same) makeRows(keys);
    shown_->setCurrentIndex(static_cast<int>(formats_.state().shown));
    std::vector<const FormatEntry*> entries;
    for (const auto& key : keys) entries.push_back(&formats_.entry(key));
    kind_ = formats_.state().look.errors;
    errors_->setCurrent(static_cast<int>(kind_));
    scale_ = ErrorScale::of(kind_, entries);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        rows_[i]->setEntry(*entries[i], keys[i] == formats_.state().selected);
        rows_[i]->setErrors(kind_, scale_);
    }
    header_->update();
    // The bits that were clicked are painted first; texts, charts and their layout need several times as long.
    if (same && isVisible()) repaint();
}

void FormatTable::makeRows(const std::vector<std::string>& keys) {
    for (auto* old : rows_) {
        old->hide();
        old->deleteLater();
    }
    rows_.clear();
    scaleFields_ = nullptr;
    for (const auto& key : keys) {
        auto* row = new FormatRow(key, content_);
        column_->insertWidget(static_cast<int>(rows_.size()), row);
        rows_.push_back(row);
        connectRow(row);
        if (key == kScaledKey) {
            scaleFields_ = new ScaleFields(formats_);
            connect(scaleFields_, &ScaleFields::refused, this, &FormatTable::refused);
            row->setFields(scaleFields_);
        }
        row->show();
    }
    layOut();
    updateGeometry();
}

void FormatTable::connectRow(FormatRow* row) {
    connect(row, &FormatRow::chosen, this, [this, row] { formats_.select(row->key()); });
    connect(&row->bits(), &BitRow::edited, this, [this, row](quint64 code, bool continued) {
        if (!continued) gesture_ = FormatsSession::newGesture();
        formats_.setBits(row->key(), code, tr("Flip bits of %1").arg(entryTitle(formats_.entry(row->key()))), gesture_);
    });
    connect(&row->bits(), &BitRow::stepped, this, [this, row](int direction) { formats_.step(row->key(), direction); });
    const auto refuse = [row](const Status& status) {
        if (!status) row->refuse(QString::fromStdString(status.error().text()));
    };
    connect(&row->bits(), &BitRow::pasted, this,
            [this, row, refuse](const QString& text) { refuse(formats_.typeBits(row->key(), text)); });
    connect(row, &FormatRow::hexTyped, this,
            [this, row, refuse](const QString& text) { refuse(formats_.typeBits(row->key(), text)); });
    connect(row, &FormatRow::valueTyped, this,
            [this, row, refuse](const QString& text) { refuse(formats_.type(text, 0, row->key())); });
}

QSize FormatTable::minimumSizeHint() const {
    int height = kTitleHeight + 1;
    for (std::size_t i = 0; i < rows_.size() && i < kMostRows; ++i) height += rows_[i]->minimumHeight();
    return {320, height};
}

QSize FormatTable::sizeHint() const { return minimumSizeHint(); }

void FormatTable::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layOut();
}

void FormatTable::layOut() {
    const bool scrolls = rows_.size() > kMostRows;
    const int room = width() - (scrolls ? scroll_->verticalScrollBar()->sizeHint().width() : 0);
    layout_ = projected_ ? RowLayout::forProjector(room) : RowLayout::of(room);
    for (auto* row : rows_) row->setLayoutOf(layout_);
    header_->update();
}

void FormatTable::setProjected(bool projected) {
    projected_ = projected;
    layOut();
    updateGeometry();
}

DataTable FormatTable::table() const {
    DataTable table{.header = {tr("Format"), tr("Bits"), tr("Hex"), tr("Stored value"), tr("Class"),
                               tr("Absolute error"), tr("Relative error"), tr("Error, ULP"), tr("Outcome")},
                    .rows = {}};
    const auto plain = [](double error) { return QString::fromStdString(shortestText(error)); };
    for (const auto* row : rows_) {
        const FormatEntry& entry = formats_.entry(row->key());
        const QString word = outcomeWord(entry.outcome);
        const QString title = entry.affine
                                  ? tr("%1, scale %2, zero point %3")
                                        .arg(entryTitle(entry), QString::fromStdString(scaleText(entry.affine->scale)))
                                        .arg(entry.affine->zeroPoint)
                                  : entryTitle(entry);
        table.rows.push_back({title, QString::fromStdString(bitText(entry.format, entry.stored.code)),
                              hexText(entry.format, entry.stored.code),
                              QString::fromStdString(exactDecimalText(entry.stored.value)),
                              classWords(entry.format, entry.stored.code), plain(entry.stored.error),
                              plain(entry.stored.relativeError), plain(entry.stored.ulps),
                              !word.isEmpty()                   ? word
                              : std::isnan(entry.stored.value)  ? tr("NaN")
                              : entry.outcome == Outcome::exact ? tr("exact")
                                                                : tr("rounded")});
    }
    return table;
}

}  // namespace mantissa::ui
