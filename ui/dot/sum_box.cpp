#include "dot/sum_box.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "charts/dot_chart.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr const char* kAccumulators[] = {"fp32", "fp16", "bf16", "e4m3", "fp64", "tf32", "e5m2"};
constexpr const char* kProducts[] = {"fp32", "fp64", "tf32", "fp16", "bf16", "e4m3", "e5m2"};
constexpr SummationKind kOrders[] = {SummationKind::sequential, SummationKind::pairwise, SummationKind::kahan,
                                     SummationKind::blocked};
constexpr const char* kOrderToolTips[] = {
    "((a₁b₁ + a₂b₂) + a₃b₃) + …: the error can grow with n.",
    "Neighbours first, then neighbours of the results: a term meets log₂ n roundings instead of n.",
    "The error of each addition is carried into the next (Kahan 1965).",
    "Blocks are summed one by one, then their sums: n / K + K roundings instead of n.",
};

bool isListed(const Format& format) {
    return std::any_of(std::begin(kAccumulators), std::end(kAccumulators),
                       [&](const char* name) { return format.name == name; });
}

/// The line that the charts draw an order with.
QPixmap linePixmap(Qt::PenStyle style, const QColor& color) {
    constexpr int kWidth = 34, kHeight = 12, kScale = 2;
    QPixmap pixmap(kWidth * kScale, kHeight * kScale);
    pixmap.setDevicePixelRatio(kScale);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    QPen pen(color, 2, style);
    pen.setCapStyle(Qt::FlatCap);
    painter.setPen(pen);
    painter.drawLine(1, kHeight / 2, kWidth - 2, kHeight / 2);
    return pixmap;
}

QLabel* heading(const QString& strong, const QString& quiet, QWidget* parent) {
    auto* label = roleLabel(strong, "", parent);
    label->setFont(themeFont(FontRole::words, kCardTitlePixels, FontWeight::semibold));
    label->setToolTip(plainToolTip(quiet));
    return label;
}

QFrame* line(QWidget* parent) {
    auto* frame = new QFrame(parent);
    frame->setProperty("role", "line");
    frame->setFixedHeight(1);
    return frame;
}

}  // namespace

SumBox::SumBox(DotSession& dot, QWidget* parent) : QWidget(parent), dot_(dot) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    makeAccumulators();
    makeOrders();
    connect(&dot_, &DotSession::choicesChanged, this, &SumBox::follow);
    connect(&Theme::instance(), &Theme::changed, this, &SumBox::updateIcons);
    updateIcons();
    follow();
}

void SumBox::makeAccumulators() {
    layout()->addWidget(line(this));
    layout()->addWidget(
        heading(tr("Accumulator"), tr("The format of the running sum: every addition is rounded to it"), this));
    auto* grid = new QGridLayout;
    grid->setVerticalSpacing(0);
    for (const char* name : kAccumulators) {
        auto* box = new QCheckBox(QString::fromStdString(format(name).title), this);
        box->setAccessibleName(tr("%1 accumulator").arg(box->text()));
        const int index = static_cast<int>(accumulators_.size());
        grid->addWidget(box, index % 4, index / 4);
        accumulators_.push_back(box);
        connect(box, &QCheckBox::clicked, this, [this, box](bool on) {
            choose((on ? tr("Turn on %1 sums") : tr("Turn off %1 sums")).arg(box->text()));
        });
    }
    auto* row = new QHBoxLayout;
    row->setSpacing(2);
    other_ = new QCheckBox(this);
    other_->setAccessibleName(tr("Another accumulator"));
    otherFormat_ = new QLineEdit(custom_, this);
    otherFormat_->setAccessibleName(tr("Format of the other accumulator"));
    otherFormat_->setToolTip(tr("The custom format of all pages, or any other by its name: int32, e2m1 …"));
    otherFormat_->setMinimumWidth(50);
    row->addWidget(other_);
    row->addWidget(otherFormat_, 1);
    grid->addLayout(row, 3, 1);
    static_cast<QVBoxLayout*>(layout())->addLayout(grid);
    connect(other_, &QCheckBox::clicked, this, &SumBox::chooseOther);
    connect(otherFormat_, &QLineEdit::editingFinished, this, [this] {
        if (other_->isChecked()) chooseOther();
    });
}

void SumBox::makeOrders() {
    layout()->addWidget(line(this));
    layout()->addWidget(heading(tr("Order of summation"), tr("In which the products are added up"), this));
    auto* grid = new QGridLayout;
    grid->setVerticalSpacing(0);
    for (std::size_t i = 0; i < std::size(kOrders); ++i) {
        const bool blocked = kOrders[i] == SummationKind::blocked;
        auto* box = new QCheckBox(blocked ? tr("Blocks of") : titleOf(SummationOrder{kOrders[i]}), this);
        box->setAccessibleName(blocked ? tr("In blocks") : box->text());
        box->setToolTip(QString::fromUtf8(kOrderToolTips[i]));
        orders_.push_back(box);
        grid->addWidget(box, static_cast<int>(i), 0);
        connect(box, &QCheckBox::clicked, this, [this] { choose(tr("Change the orders")); });
    }
    block_ = new QSpinBox(this);
    block_->setRange(static_cast<int>(kLeastBlock), 1'000'000);
    block_->setKeyboardTracking(false);
    block_->setAccessibleName(tr("Terms in a block"));
    grid->addWidget(block_, 3, 1);
    grid->setColumnStretch(2, 1);
    static_cast<QVBoxLayout*>(layout())->addLayout(grid);
    auto* row = new QHBoxLayout;
    product_ = new QComboBox(this);
    product_->setAccessibleName(tr("Format of the products"));
    product_->setToolTip(tr("Each product aᵢbᵢ is rounded to this format once, before it is added"));
    for (const char* name : kProducts)
        product_->addItem(QString::fromStdString(format(name).title), QString::fromLatin1(name));
    auto* label = roleLabel(tr("Products in"), "caption", this);
    label->setBuddy(product_);
    row->addWidget(label);
    row->addWidget(product_);
    row->addStretch(1);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
    drawn_ = roleLabel({}, "caption", this);
    drawn_->setWordWrap(true);
    layout()->addWidget(drawn_);
    connect(block_, &QSpinBox::valueChanged, this, [this] {
        DotChoices choices = dot_.choices();
        choices.block = block_->value();
        dot_.choose(tr("Change the blocks"), choices, QStringLiteral("block"));
    });
    connect(product_, &QComboBox::activated, this, [this] { choose(tr("Change the products' format")); });
}

QCheckBox* SumBox::accumulator(const char* name) const {
    for (std::size_t i = 0; i < accumulators_.size(); ++i)
        if (std::string_view(kAccumulators[i]) == name) return accumulators_[i];
    return nullptr;
}

QCheckBox* SumBox::order(SummationKind kind) const {
    for (std::size_t i = 0; i < orders_.size(); ++i)
        if (kOrders[i] == kind) return orders_[i];
    return nullptr;
}

void SumBox::setInspected(const Format& accumulator) {
    drawn_->setText(tr("The charts draw every order for %1, the row chosen under Results, and the first for the others.")
                        .arg(QString::fromStdString(accumulator.title)));
}

void SumBox::choose(const QString& name) {
    DotChoices choices = dot_.choices();
    const std::vector<Format> before = std::exchange(choices.accumulators, {});
    for (std::size_t i = 0; i < accumulators_.size(); ++i)
        if (accumulators_[i]->isChecked()) choices.accumulators.push_back(format(kAccumulators[i]));
    for (const auto& one : before)
        if (!isListed(one)) choices.accumulators.push_back(one);
    choices.orders.clear();
    for (std::size_t i = 0; i < orders_.size(); ++i)
        if (orders_[i]->isChecked()) choices.orders.push_back(kOrders[i]);
    choices.product = format(product_->currentData().toString().toStdString());
    // One of each stays: without any there is no sum.
    if (!choices.accumulators.empty() && !choices.orders.empty()) dot_.choose(name, choices);
    follow();
}

void SumBox::chooseOther() {
    DotChoices choices = dot_.choices();
    std::erase_if(choices.accumulators, [](const Format& one) { return !isListed(one); });
    const auto found = findFormat(otherFormat_->text().trimmed().toStdString());
    const bool good = found && canAccumulate(*found);
    otherFormat_->setProperty("invalid", other_->isChecked() && !good);
    restyle(otherFormat_);
    if (other_->isChecked() && good && !isListed(*found)) choices.accumulators.push_back(*found);
    if (!choices.accumulators.empty()) dot_.choose(tr("Change the other accumulator"), choices);
    follow();
}

void SumBox::follow() {
    const DotChoices& choices = dot_.choices();
    const QSignalBlocker quiet(block_);
    for (std::size_t i = 0; i < accumulators_.size(); ++i)
        accumulators_[i]->setChecked(std::any_of(choices.accumulators.begin(), choices.accumulators.end(),
                                                 [&](const Format& one) { return one.name == kAccumulators[i]; }));
    const auto other = std::find_if(choices.accumulators.begin(), choices.accumulators.end(),
                                    [](const Format& one) { return !isListed(one); });
    other_->setChecked(other != choices.accumulators.end());
    if (other != choices.accumulators.end()) otherFormat_->setText(QString::fromStdString(other->name));
    // The custom format, until another is typed.
    const QString before = std::exchange(custom_, QString::fromStdString(dot_.custom().name));
    if (other == choices.accumulators.end() && otherFormat_->text() == before) otherFormat_->setText(custom_);
    for (std::size_t i = 0; i < orders_.size(); ++i)
        orders_[i]->setChecked(std::find(choices.orders.begin(), choices.orders.end(), kOrders[i]) !=
                               choices.orders.end());
    block_->setValue(choices.block);
    block_->setEnabled(orders_.back()->isChecked());
    product_->setCurrentIndex(product_->findData(QString::fromStdString(choices.product.name)));
}

void SumBox::updateIcons() {
    const Theme& theme = Theme::instance();
    const auto icon = [&](const Format& one) {
        return QIcon(markerPixmap(lookOf(one), theme.formatColor(one), 12, 2));
    };
    for (std::size_t i = 0; i < accumulators_.size(); ++i) {
        accumulators_[i]->setIcon(icon(format(kAccumulators[i])));
        accumulators_[i]->setIconSize({12, 12});
    }
    other_->setIcon(icon(*findFormat("e6m9")));
    other_->setIconSize({12, 12});
    for (std::size_t i = 0; i < orders_.size(); ++i) {
        orders_[i]->setIcon(linePixmap(penOf(kOrders[i]), theme.tokens().text1));
        orders_[i]->setIconSize({34, 12});
    }
    for (int i = 0; i < product_->count(); ++i) product_->setItemIcon(i, icon(format(kProducts[i])));
    product_->setIconSize({12, 12});
}

}  // namespace mantissa::ui
