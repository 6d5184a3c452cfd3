"""Chinese, Japanese and Korean encodings, told from Latin-1 and from each other."""

import re

# Letters that headers of cyclers are full of: a wrong decoding hits few of them.
_LETTERS = {
    "gb18030": "电压流时间容量充放循环工步序号温度能记录状态绝对系统日期功率类型总测试名称毫安伏秒"
    "率数据库开始比阻",
    "cp932": "電圧流時間容量充放日付経過試験温度番号サイクルステップデータ力抵抗状態休止開始名モー"
    "ド総（）ー",
    "cp949": "전압류시간용량충방온도사이클스텝날짜상태에너지력저항경과총시험번호단계휴지작일정",
    "big5": "電壓流時間容量充放循環工步序號溫度能記錄狀態絕對系統日期功率類型總測試名稱開始",
}
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_ENOUGH = 0.5


def east_asian(head: bytes) -> str | None:
    """The codec of a head that is not UTF-8, if its letters are of East Asia; else None."""
    runs = _HIGH_RUN.findall(head)
    if not any(len(run) > 1 for run in runs):
        return None  # single high bytes are a degree sign or an accent
    scores = {codec: _share(head, codec, letters) for codec, letters in _LETTERS.items()}
    codec = max(scores, key=lambda name: scores[name])
    return codec if scores[codec] >= _ENOUGH else None


def _share(head: bytes, codec: str, letters: str) -> float:
    """Which part of the letters beyond ASCII is among the usual ones."""
    text = head.decode(codec, errors="replace")
    high = [letter for letter in text if letter > "\x7f"][:2000]
    return sum(1 for letter in high if letter in letters) / len(high) if high else 0.0
