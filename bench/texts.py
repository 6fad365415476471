"""Believable words for the rows that are measured, in both languages of the product."""

NOTES = (
    "Rang Ms Zhao in the warehouse at 13:40: she looks for parcel 4471 on shelf B and rings back by 15:00.",
    "客户来电要求退款，已核对订单与付款截图，财务李工今天17:00前回复是否可以原路退回。",
    "Refund of 128.00 approved by the shop; the bank needs two working days. Tell the customer on Monday.",
    "发票抬头写错，已请财务重新开具，明天上午十点前发到客户邮箱，发出后回电确认。",
    "The line is noisy since the router was changed. A technician calls between 18:00 and 19:00 today.",
    "快递显示已签收但客户没有收到，已联系站点老王调监控，下午四点前给结果，必要时补发。",
    "Customer cannot sign in after the update; a new link was sent at 09:12. Check at 11:00 if it worked.",
    "客户投诉安装师傅迟到两小时，情绪激动，已致歉并约明天九点上门，由班长回访。",
    "Promised a call back with the price of the long cable; purchasing (Chen) answers before noon.",
    "预约改期到周五下午，仓库已锁定一台备用机，出库前要再核对一次序列号。",
    "Second delivery failed, the gate code was wrong. New code 4821 passed on; the driver tries after 16:30.",
    "会员积分少记三百分，已提交工单，技术部答复需要两个工作日，到期前要主动告诉客户。",
)
ISSUES = ("Delivery", "退款", "Invoice", "安装", "Account", "投诉", "Warranty", "预约")
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙", ("芳", "伟", "秀英", "敏", "静", "丽", "强", "磊", "洋", "艳")
FIRST, LAST = ("Ada", "Bo", "Carla", "Dan", "Eve", "Finn", "Gita", "Hugo"), ("Mills", "Stone", "Reed", "Cole")


def some(texts: tuple[str, ...], number: int) -> str:
    """Not the same text in a row, and the same ones in each run."""
    return texts[number * 7 % len(texts)]


def name(number: int) -> str:
    """Two Chinese names to one English one."""
    if number % 3:
        return SURNAMES[number % len(SURNAMES)] + GIVEN[number // 3 % len(GIVEN)]
    return f"{FIRST[number // 3 % len(FIRST)]} {LAST[number // 24 % len(LAST)]}"
