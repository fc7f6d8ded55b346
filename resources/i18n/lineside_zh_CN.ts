<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Banner</name>
    <message>
        <source>Silence</source>
        <translation>消音</translation>
    </message>
    <message>
        <source>Acknowledge</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>No new warnings</source>
        <translation>没有新报警</translation>
    </message>
    <message>
        <source>{count} more new</source>
        <translation>另有新报警 {count}</translation>
    </message>
    <message>
        <source>no sound</source>
        <translation>无声音</translation>
    </message>
    <message>
        <source>Silenced by {name} until the next warning; nothing is acknowledged by that</source>
        <translation>{name} 已消音，直到下一个报警；消音不是确认</translation>
    </message>
    <message>
        <source>Silenced until the next warning; nothing is acknowledged by that</source>
        <translation>已消音，直到下一个报警；消音不是确认</translation>
    </message>
    <message>
        <source>The horn sounds until you acknowledge or silence</source>
        <translation>喇叭会一直响，直到确认或消音</translation>
    </message>
    <message>
        <source>{count} acknowledged</source>
        <translation>已确认 {count}</translation>
    </message>
    <message>
        <source>{count} to be reset</source>
        <translation>待复位 {count}</translation>
    </message>
    <message>
        <source>silenced</source>
        <translation>已消音</translation>
    </message>
</context>
<context>
    <name>CameraTile</name>
    <message>
        <source>No verdict</source>
        <translation>无判定</translation>
    </message>
    <message>
        <source>No picture since {time}</source>
        <translation>自 {time} 起无图像</translation>
    </message>
    <message>
        <source>Trying again ({count}).</source>
        <translation>正在重试（第 {count} 次）。</translation>
    </message>
    <message>
        <source>gone for {span}</source>
        <translation>已断开 {span}</translation>
    </message>
    <message>
        <source>{count} fps</source>
        <translation>{count} 帧/秒</translation>
    </message>
    <message>
        <source>{time} ms</source>
        <translation>{time} 毫秒</translation>
    </message>
    <message>
        <source>{age} s old</source>
        <translation>{age} 秒前</translation>
    </message>
</context>
<context>
    <name>CountsBar</name>
    <message>
        <source>inspected</source>
        <translation>已检</translation>
    </message>
    <message>
        <source>defects</source>
        <translation>缺陷</translation>
    </message>
    <message>
        <source>reject rate</source>
        <translation>不良率</translation>
    </message>
    <message>
        <source>no verdict</source>
        <translation>无判定</translation>
    </message>
    <message>
        <source>false alarms</source>
        <translation>误报</translation>
    </message>
    <message>
        <source>warnings / 10 min</source>
        <translation>报警 / 10 分钟</translation>
    </message>
</context>
<context>
    <name>DriversPanel</name>
    <message>
        <source>WHAT DRIVES THE RISK</source>
        <translation>风险由何引起</translation>
    </message>
    <message>
        <source>No risk is shown at this time.</source>
        <translation>此时没有风险数据。</translation>
    </message>
    <message>
        <source>Choose a risk in the list above.</source>
        <translation>请在上方列表中选择一项风险。</translation>
    </message>
    <message>
        <source>{risk}. No channel stands out.</source>
        <translation>{risk}。没有突出的通道。</translation>
    </message>
    <message>
        <source>{risk}. What drove it was not kept for this time.</source>
        <translation>{risk}。该时刻的成因没有记录。</translation>
    </message>
    <message>
        <source>{risk}, as judged {when}</source>
        <translation>{risk}，判定于 {when}</translation>
    </message>
</context>
<context>
    <name>Driving</name>
    <message>
        <source>The risk comes from {first}</source>
        <translation>风险来自{first}</translation>
    </message>
    <message>
        <source>The risk comes from {first} and {second}</source>
        <translation>风险来自{first}和{second}</translation>
    </message>
    <message>
        <source>The risk comes from {first}, {second} and {third}</source>
        <translation>风险来自{first}、{second}和{third}</translation>
    </message>
    <message>
        <source>No single channel drives the risk: without any one of them it stays as high</source>
        <translation>风险并非由单一通道引起：去掉其中任何一个，风险都不降低</translation>
    </message>
    <message>
        <source>{channel} ({share} %)</source>
        <translation>{channel}（{share}%）</translation>
    </message>
    <message>
        <source>{channel} ({share} %; {value}, usually {usual})</source>
        <translation>{channel}（{share}%；{value}，通常为 {usual}）</translation>
    </message>
    <message>
        <source>{sentence}, most of it {start} to {end} s into the cycle</source>
        <translation>{sentence}，主要在周期的第 {start} 至 {end} 秒</translation>
    </message>
    <message>
        <source>{sentence}, most of it {start} to {end} s before now</source>
        <translation>{sentence}，主要在 {start} 至 {end} 秒前</translation>
    </message>
    <message>
        <source>{sentence}, most of it {start} to {end} cycles before now</source>
        <translation>{sentence}，主要在 {start} 至 {end} 个周期前</translation>
    </message>
</context>
<context>
    <name>FeedbackBar</name>
    <message>
        <source>Cause</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>措施</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Not saved: {why}</source>
        <translation>未保存：{why}</translation>
    </message>
    <message>
        <source>Was this warning right? You will be asked for your PIN.</source>
        <translation>这次报警是否属实？答复时会要求输入 PIN。</translation>
    </message>
    <message>
        <source>Acknowledge with a note: {warning}</source>
        <translation>确认并备注：{warning}</translation>
    </message>
    <message>
        <source>Was this warning right?</source>
        <translation>这次报警是否属实？</translation>
    </message>
    <message>
        <source>Saved ✓</source>
        <translation>已保存 ✓</translation>
    </message>
    <message>
        <source>Acknowledged at {clock}, {name}.</source>
        <translation>{clock} 已由 {name} 确认。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>What was the cause?</source>
        <translation>原因是什么？</translation>
    </message>
    <message>
        <source>What was done?</source>
        <translation>采取了什么措施？</translation>
    </message>
</context>
<context>
    <name>FixButtons</name>
    <message>
        <source>What fixed it before: one tap answers Real with it</source>
        <translation>以前的解决办法：点一下即回答“属实”并记录该措施</translation>
    </message>
    <message>
        <source>worked {worked} of {tried} times {after}</source>
        <translation>{after}采用过 {tried} 次，{worked} 次有效</translation>
    </message>
    <message>
        <source>chosen {pending} times too recently to tell</source>
        <translation>最近选用 {pending} 次，是否有效尚不清楚</translation>
    </message>
    <message>
        <source>last by {who} on {day}</source>
        <translation>最近一次：{who}，{day}</translation>
    </message>
    <message>
        <source> and </source>
        <translation>、</translation>
    </message>
    <message>
        <source>{channel} rose</source>
        <translation>{channel}升高</translation>
    </message>
    <message>
        <source>{channel} fell</source>
        <translation>{channel}降低</translation>
    </message>
    <message>
        <source>after {moved} the same way</source>
        <translation>同样出现{moved}时</translation>
    </message>
    <message>
        <source>when it looked alike</source>
        <translation>外观相似时</translation>
    </message>
    <message>
        <source>for the same kind elsewhere</source>
        <translation>其他位置的同类报警</translation>
    </message>
    <message>
        <source>for this warning</source>
        <translation>此报警</translation>
    </message>
</context>
<context>
    <name>HoldRow</name>
    <message>
        <source>Take back</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Put aside until {clock} · {left} left</source>
        <translation>搁置到 {clock} · 剩余 {left}</translation>
    </message>
    <message>
        <source>Off by the machine&apos;s state since {clock}; comes back by itself</source>
        <translation>自 {clock} 起因机器状态不报警；会自动恢复</translation>
    </message>
    <message>
        <source>Out of service since {clock}, until an engineer takes it back</source>
        <translation>自 {clock} 起停用，直到工程师恢复</translation>
    </message>
    <message>
        <source>Its condition stands now.</source>
        <translation>情况现在仍在。</translation>
    </message>
    <message>
        <source>Its condition does not stand now.</source>
        <translation>情况现在不存在。</translation>
    </message>
    <message>
        <source>It came {count} times meanwhile, last at {clock}.</source>
        <translation>期间出现 {count} 次，最近一次 {clock}。</translation>
    </message>
</context>
<context>
    <name>HoldsDialog</name>
    <message>
        <source>Warnings that are held back</source>
        <translation>未显示的报警</translation>
    </message>
    <message>
        <source>Nothing is held back: every warning shows and sounds.</source>
        <translation>没有被搁置的报警：所有报警都会显示并发声。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>They neither show nor sound until they come back. Warnings of priority 1 are never among them.</source>
        <translation>恢复之前不显示、不发声。优先级 1 的报警永远不会在此列。</translation>
    </message>
</context>
<context>
    <name>IncidentPanel</name>
    <message>
        <source>Found</source>
        <translation>发现</translation>
    </message>
    <message>
        <source>Likely</source>
        <translation>可能原因</translation>
    </message>
    <message>
        <source>Means</source>
        <translation>后果</translation>
    </message>
    <message>
        <source>Do</source>
        <translation>处理</translation>
    </message>
    <message>
        <source>By</source>
        <translation>时限</translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation>热力图</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>复位</translation>
    </message>
    <message>
        <source>Enlarge</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Nothing needs you now.</source>
        <translation>目前无需处理。</translation>
    </message>
    <message>
        <source>Sign in with F10, so that you can answer warnings.</source>
        <translation>请按 F10 登录，以便答复报警。</translation>
    </message>
    <message>
        <source>The last times:</source>
        <translation>前几次：</translation>
    </message>
    <message>
        <source>{what} {score} (limit {limit})</source>
        <translation>{what} {score}（限值 {limit}）</translation>
    </message>
    <message>
        <source>{count} findings</source>
        <translation>{count} 次检出</translation>
    </message>
    <message>
        <source>over</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>{clock} · {left} left</source>
        <translation>{clock} · 剩余 {left}</translation>
    </message>
    <message>
        <source>{clock} · late by {span}</source>
        <translation>{clock} · 超时 {span}</translation>
    </message>
    <message>
        <source>The picture is being kept.</source>
        <translation>正在保存图像。</translation>
    </message>
</context>
<context>
    <name>IncidentScreen</name>
    <message>
        <source>Heatmap</source>
        <translation>热力图</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>WHO DID WHAT</source>
        <translation>处理记录</translation>
    </message>
    <message>
        <source>Go through the seconds around a warning</source>
        <translation>浏览报警前后的几秒</translation>
    </message>
    <message>
        <source>Back to the moment of the warning</source>
        <translation>回到报警时刻</translation>
    </message>
    <message>
        <source>Pictures of the next camera</source>
        <translation>下一台相机的图像</translation>
    </message>
    <message>
        <source>Seconds around the next warning of the incident</source>
        <translation>该事件下一次报警前后的几秒</translation>
    </message>
    <message>
        <source>Heatmap over the picture</source>
        <translation>在图像上显示热力图</translation>
    </message>
    <message>
        <source>Choose a warning of the incident</source>
        <translation>选择该事件中的报警</translation>
    </message>
    <message>
        <source>Reading the records …</source>
        <translation>正在读取记录 …</translation>
    </message>
    <message>
        <source>{asset} · open since {begin}</source>
        <translation>{asset} · 自 {begin} 起未关闭</translation>
    </message>
    <message>
        <source>{asset} · {begin} to {end}</source>
        <translation>{asset} · {begin} 至 {end}</translation>
    </message>
    <message>
        <source>{number} of {count}: {clock}</source>
        <translation>{number}/{count}：{clock}</translation>
    </message>
</context>
<context>
    <name>IncidentSteps</name>
    <message>
        <source>raised</source>
        <translation>发生</translation>
    </message>
    <message>
        <source>raised again</source>
        <translation>再次发生</translation>
    </message>
    <message>
        <source>over</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>acknowledged</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>reset</source>
        <translation>已复位</translation>
    </message>
    <message>
        <source>still open after a restart</source>
        <translation>重启后仍未关闭</translation>
    </message>
    <message>
        <source>withdrawn: the station file has it no more</source>
        <translation>已撤销：工位文件中已无此报警</translation>
    </message>
    <message>
        <source>rings again: still there</source>
        <translation>再次提醒：仍然存在</translation>
    </message>
    <message>
        <source>full priority again: it is more than was seen as false</source>
        <translation>恢复原优先级：超出已知误报</translation>
    </message>
    <message>
        <source>comes and goes too often</source>
        <translation>频繁出现又消失</translation>
    </message>
    <message>
        <source>no longer held back</source>
        <translation>不再被抑制</translation>
    </message>
    <message>
        <source>answered</source>
        <translation>已答复</translation>
    </message>
    <message>
        <source>incident closed</source>
        <translation>事件已关闭</translation>
    </message>
    <message>
        <source>held back</source>
        <translation>已抑制</translation>
    </message>
    <message>
        <source>Risk: {target}</source>
        <translation>风险：{target}</translation>
    </message>
</context>
<context>
    <name>KeyOverlay</name>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Knob</name>
    <message>
        <source>Warns after (on-delay)</source>
        <translation>多久后报警（触发延时）</translation>
    </message>
    <message>
        <source>Clears after (off-delay)</source>
        <translation>多久后解除（解除延时）</translation>
    </message>
    <message>
        <source>Raise limit</source>
        <translation>触发限值</translation>
    </message>
    <message>
        <source>Clear limit</source>
        <translation>解除限值</translation>
    </message>
    <message>
        <source>Findings needed (N)</source>
        <translation>所需次数 (N)</translation>
    </message>
    <message>
        <source>of the last (M)</source>
        <translation>最近次数 (M)</translation>
    </message>
    <message>
        <source>Rings at most, per 10 min</source>
        <translation>每 10 分钟最多响</translation>
    </message>
    <message>
        <source>in force</source>
        <translation>现行</translation>
    </message>
    <message>
        <source>in force: {value}</source>
        <translation>现行：{value}</translation>
    </message>
    <message>
        <source>hysteresis {percent} %</source>
        <translation>回差 {percent} %</translation>
    </message>
</context>
<context>
    <name>LineScreen</name>
    <message>
        <source>Real</source>
        <translation>属实</translation>
    </message>
    <message>
        <source>False alarm</source>
        <translation>误报</translation>
    </message>
    <message>
        <source>Unsure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Action taken</source>
        <translation>已采取措施</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Take the answer back</source>
        <translation>撤回回答</translation>
    </message>
    <message>
        <source>Answer Real with what fixed it before</source>
        <translation>以以前有效的措施回答“属实”</translation>
    </message>
    <message>
        <source>Go through the seconds around a warning</source>
        <translation>浏览报警前后的几秒</translation>
    </message>
    <message>
        <source>Back to the moment of the warning</source>
        <translation>回到报警时刻</translation>
    </message>
    <message>
        <source>Heatmap over the picture</source>
        <translation>在图像上显示热力图</translation>
    </message>
    <message>
        <source>Enlarge the incident</source>
        <translation>放大事件</translation>
    </message>
    <message>
        <source>Reset a latched warning</source>
        <translation>复位锁存的报警</translation>
    </message>
    <message>
        <source>Choose a warning</source>
        <translation>选择报警</translation>
    </message>
    <message>
        <source>Enlarge a camera</source>
        <translation>放大相机</translation>
    </message>
    <message>
        <source>Show all cameras</source>
        <translation>显示全部相机</translation>
    </message>
</context>
<context>
    <name>Load</name>
    <message>
        <source>warnings / 10 min</source>
        <translation>报警 / 10 分钟</translation>
    </message>
    <message>
        <source>target 1, at most 2</source>
        <translation>目标 1，最多 2</translation>
    </message>
    <message>
        <source>most in 10 min</source>
        <translation>10 分钟内最多</translation>
    </message>
    <message>
        <source>more than 10: flood</source>
        <translation>超过 10 为泛滥</translation>
    </message>
    <message>
        <source>of the time in flood</source>
        <translation>时间处于泛滥</translation>
    </message>
    <message>
        <source>less than 1 %</source>
        <translation>应低于 1 %</translation>
    </message>
    <message>
        <source>chattering</source>
        <translation>频繁抖动</translation>
    </message>
    <message>
        <source>none</source>
        <translation>应为 0</translation>
    </message>
    <message>
        <source>stale, over 24 h</source>
        <translation>滞留超过 24 小时</translation>
    </message>
    <message>
        <source>fewer than 5</source>
        <translation>应少于 5</translation>
    </message>
    <message>
        <source>to acknowledge</source>
        <translation>到确认</translation>
    </message>
    <message>
        <source>to close</source>
        <translation>到关闭</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>尚无</translation>
    </message>
    <message>
        <source>90 % within {span}</source>
        <translation>90 % 在 {span} 内</translation>
    </message>
    <message>
        <source>Chattering</source>
        <translation>抖动</translation>
    </message>
    <message>
        <source>Stale</source>
        <translation>滞留</translation>
    </message>
    <message>
        <source>Floods</source>
        <translation>泛滥</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>Put aside</source>
        <translation>搁置</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>更改</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>报警</translation>
    </message>
    <message>
        <source>How often</source>
        <translation>次数</translation>
    </message>
    <message>
        <source>Most per min</source>
        <translation>每分钟最多</translation>
    </message>
    <message>
        <source>Last</source>
        <translation>最近</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>自</translation>
    </message>
    <message>
        <source>Stands for</source>
        <translation>已持续</translation>
    </message>
    <message>
        <source>First warning</source>
        <translation>首个报警</translation>
    </message>
    <message>
        <source>From</source>
        <translation>从</translation>
    </message>
    <message>
        <source>To</source>
        <translation>到</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>报警数</translation>
    </message>
    <message>
        <source>Most in 10 min</source>
        <translation>10 分钟内最多</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Acknowledged</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>Median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <source>90 %</source>
        <translation>90 %</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>How</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>Who, why</source>
        <translation>何人、原因</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>No warning came three times within a minute.</source>
        <translation>没有报警在一分钟内出现三次。</translation>
    </message>
    <message>
        <source>No warning has stood for more than 24 hours.</source>
        <translation>没有报警持续超过 24 小时。</translation>
    </message>
    <message>
        <source>There were never more than ten warnings within ten minutes.</source>
        <translation>十分钟内从未超过十个报警。</translation>
    </message>
    <message>
        <source>Nothing was acknowledged or closed.</source>
        <translation>没有确认或关闭任何报警。</translation>
    </message>
    <message>
        <source>Nothing was put aside, suppressed or out of service.</source>
        <translation>没有报警被搁置、抑制或停用。</translation>
    </message>
    <message>
        <source>Nobody changed a limit or a delay.</source>
        <translation>没有人更改过限值或延时。</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>put aside</source>
        <translation>搁置</translation>
    </message>
    <message>
        <source>suppressed by design</source>
        <translation>按设计抑制</translation>
    </message>
    <message>
        <source>out of service</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>on-delay</source>
        <translation>触发延时</translation>
    </message>
    <message>
        <source>off-delay</source>
        <translation>解除延时</translation>
    </message>
    <message>
        <source>findings needed</source>
        <translation>所需次数</translation>
    </message>
    <message>
        <source>of the last</source>
        <translation>最近次数</translation>
    </message>
    <message>
        <source>most per 10 min</source>
        <translation>每 10 分钟最多</translation>
    </message>
    <message>
        <source>raise limit</source>
        <translation>触发限值</translation>
    </message>
    <message>
        <source>clear limit</source>
        <translation>解除限值</translation>
    </message>
    <message>
        <source>the model&apos;s</source>
        <translation>模型的</translation>
    </message>
    <message>
        <source>per 10 min</source>
        <translation>每 10 分钟</translation>
    </message>
    <message>
        <source>per hour</source>
        <translation>每小时</translation>
    </message>
    <message>
        <source>per day</source>
        <translation>每天</translation>
    </message>
    <message>
        <source>target {count}</source>
        <translation>目标 {count}</translation>
    </message>
    <message>
        <source>at most {count}</source>
        <translation>最多 {count}</translation>
    </message>
    <message>
        <source>flood over {count}</source>
        <translation>超过 {count} 为泛滥</translation>
    </message>
</context>
<context>
    <name>LoadScreen</name>
    <message>
        <source>Save CSV</source>
        <translation>保存 CSV</translation>
    </message>
    <message>
        <source>Most frequent</source>
        <translation>最频繁</translation>
    </message>
    <message>
        <source>Try other settings</source>
        <translation>试用其他设置</translation>
    </message>
    <message>
        <source>Former</source>
        <translation>上一个</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一个</translation>
    </message>
    <message>
        <source>Reading the records …</source>
        <translation>正在读取记录…</translation>
    </message>
    <message>
        <source>No warning called anybody in this period. That is the best load there is.</source>
        <translation>此期间没有报警呼叫过任何人。这是最好的负荷。</translation>
    </message>
    <message>
        <source>Warnings {per}</source>
        <translation>{per}报警</translation>
    </message>
    <message>
        <source>By priority, and what it should be</source>
        <translation>按优先级，与应有比例</translation>
    </message>
    <message>
        <source>Most frequent: {share} % of the load</source>
        <translation>最频繁：占负荷的 {share} %</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>已保存：{path}</translation>
    </message>
    <message>
        <source>Bars per 10 minutes, hour or day</source>
        <translation>柱：每 10 分钟、每小时或每天</translation>
    </message>
    <message>
        <source>Choose one of the most frequent</source>
        <translation>选择一个最频繁的报警</translation>
    </message>
    <message>
        <source>Try other settings for it</source>
        <translation>为其试用其他设置</translation>
    </message>
    <message>
        <source>Save as CSV</source>
        <translation>保存为 CSV</translation>
    </message>
</context>
<context>
    <name>MemoryCard</name>
    <message>
        <source>no picture</source>
        <translation>无图片</translation>
    </message>
    <message>
        <source>Switched off: its like rings with its own priority</source>
        <translation>已关闭：同类报警按原优先级报警</translation>
    </message>
    <message>
        <source>Of another model ({model}): demotes nothing any more</source>
        <translation>来自另一个模型（{model}）：不再降级任何报警</translation>
    </message>
    <message>
        <source>In force until {end}</source>
        <translation>有效期至 {end}</translation>
    </message>
    <message>
        <source>demoted {repeats} warnings since</source>
        <translation>此后已降级 {repeats} 条报警</translation>
    </message>
    <message>
        <source>last {when}</source>
        <translation>最近一次 {when}</translation>
    </message>
    <message>
        <source>Confirmed by {who}, {when}</source>
        <translation>确认人 {who}，{when}</translation>
    </message>
    <message>
        <source>ends {end}</source>
        <translation>{end} 到期</translation>
    </message>
</context>
<context>
    <name>MemoryPage</name>
    <message>
        <source>Seen as false once</source>
        <translation>曾被确认为误报 1 次</translation>
    </message>
    <message>
        <source>Seen as false {times} times</source>
        <translation>曾被确认为误报 {times} 次</translation>
    </message>
    <message>
        <source>Answered with False, a warning of a camera is remembered here: the place, how it looked, who said so. Its like is then shown with low priority and marked, never hidden, and never for a critical warning. Every entry ends by itself.</source>
        <translation>相机报警被回答为“误报”后会记在这里：位置、外观、谁确认的。之后同类报警以低优先级显示并加标注，绝不隐藏；紧急报警绝不降级。每条记录都会自动到期。</translation>
    </message>
    <message>
        <source>Nothing is remembered. Answer a warning of a camera with False, for instance when dirt on the glass was taken for a defect: from then on the same mark at the same place has low priority.</source>
        <translation>目前没有记录。若相机报警是误报（例如把玻璃上的脏污当成缺陷），请回答“误报”：此后同一位置的同一痕迹只以低优先级显示。</translation>
    </message>
    <message>
        <source>choose ↑ ↓</source>
        <translation>选择 ↑ ↓</translation>
    </message>
    <message>
        <source>Extend</source>
        <translation>延长</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Switch on</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Switch off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{days} days from now</source>
        <translation>从现在起 {days} 天</translation>
    </message>
    <message>
        <source>How long does this stay a false alarm?</source>
        <translation>这条误报记录保留多久？</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Remove it: its like rings with its own priority again</source>
        <translation>删除：同类报警恢复按原优先级报警</translation>
    </message>
    <message>
        <source>Remove this entry?</source>
        <translation>删除这条记录？</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
</context>
<context>
    <name>NotePopup</name>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>PeriodBar</name>
    <message>
        <source>Shift</source>
        <translation>班次</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>日</translation>
    </message>
    <message>
        <source>Week</source>
        <translation>周</translation>
    </message>
    <message>
        <source>30 days</source>
        <translation>30 天</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>更晚</translation>
    </message>
    <message>
        <source>Shift, day, week, 30 days</source>
        <translation>班次、日、周、30 天</translation>
    </message>
    <message>
        <source>Earlier, later period</source>
        <translation>更早、更晚的时段</translation>
    </message>
</context>
<context>
    <name>PutAside</name>
    <message>
        <source>Is being repaired</source>
        <translation>正在维修</translation>
    </message>
    <message>
        <source>Maintenance knows</source>
        <translation>已通知维修人员</translation>
    </message>
    <message>
        <source>Set-up or cleaning</source>
        <translation>正在调试或清洁</translation>
    </message>
    <message>
        <source>Camera or sensor is faulty</source>
        <translation>相机或传感器有故障</translation>
    </message>
</context>
<context>
    <name>PutAsideDialog</name>
    <message>
        <source>Put aside for a while</source>
        <translation>暂时搁置</translation>
    </message>
    <message>
        <source>or write why</source>
        <translation>或填写原因</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Put aside for a while: {warning}</source>
        <translation>暂时搁置：{warning}</translation>
    </message>
    <message>
        <source>It will neither show nor sound. It comes back by itself, and asks again if it still stands.</source>
        <translation>搁置期间不显示、不发声。到时自动恢复；若情况仍在，会再次提醒。</translation>
    </message>
    <message>
        <source>FOR HOW LONG</source>
        <translation>多长时间</translation>
    </message>
    <message>
        <source>WHY</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} 分钟</translation>
    </message>
    <message>
        <source>Rest of the shift, until {clock}</source>
        <translation>到本班结束（{clock}）</translation>
    </message>
    <message>
        <source>The longest allowed, until {clock}</source>
        <translation>允许的最长时间（到 {clock}）</translation>
    </message>
    <message>
        <source>No end: out of service, until an engineer takes it back</source>
        <translation>不限时：停用，直到工程师恢复</translation>
    </message>
    <message>
        <source>Take out of service</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Put aside</source>
        <translation>搁置</translation>
    </message>
    <message>
        <source>Put aside until {clock}</source>
        <translation>搁置到 {clock}</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Line</source>
        <translation>产线</translation>
    </message>
    <message>
        <source>Trends</source>
        <translation>趋势</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>复核</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报表</translation>
    </message>
    <message>
        <source>Setup</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>Reason</name>
    <message>
        <source>Nothing has been judged yet</source>
        <translation>尚未判定</translation>
    </message>
    <message>
        <source>No signal: {detail}</source>
        <translation>无信号：{detail}</translation>
    </message>
    <message>
        <source>Nothing new for {age_s} s</source>
        <translation>已 {age_s} 秒没有新数据</translation>
    </message>
    <message>
        <source>The input cannot be read: {detail}</source>
        <translation>无法读取输入：{detail}</translation>
    </message>
    <message>
        <source>The image is {size} pixels; the model needs at least {limit}</source>
        <translation>图像为 {size} 像素，模型至少需要 {limit}</translation>
    </message>
    <message>
        <source>The image has {size} megapixels; at most {limit} are accepted</source>
        <translation>图像为 {size} 百万像素，最多接受 {limit}</translation>
    </message>
    <message>
        <source>The input has another shape than the model was taught: {detail}</source>
        <translation>输入的形状与模型训练时不同：{detail}</translation>
    </message>
    <message>
        <source>The picture is too dark: check lamp, lens cap and exposure</source>
        <translation>图像过暗：请检查光源、镜头盖和曝光</translation>
    </message>
    <message>
        <source>The picture is too bright: check lamp and exposure</source>
        <translation>图像过亮：请检查光源和曝光</translation>
    </message>
    <message>
        <source>The picture is blurred: check focus and lens</source>
        <translation>图像模糊：请检查对焦和镜头</translation>
    </message>
    <message>
        <source>This does not look like what the model was taught: it differs by {novelty}, less than {limit} is usual</source>
        <translation>与模型训练的内容不符：偏差为 {novelty}，正常应小于 {limit}</translation>
    </message>
    <message>
        <source>The kind is not sure: {kind} {chance} %, {rival} {rival_chance} %; below {limit} % none is named</source>
        <translation>缺陷类型不确定：{kind} {chance} %，{rival} {rival_chance} %；低于 {limit} % 时不判定类型</translation>
    </message>
    <message>
        <source>Collecting samples: {have_s} of {need_s} s</source>
        <translation>正在采集数据：{have_s} / {need_s} 秒</translation>
    </message>
    <message>
        <source>Collecting cycles: {have} of {need}</source>
        <translation>正在采集循环：{have} / {need}</translation>
    </message>
    <message>
        <source>Sensor {channel} is missing</source>
        <translation>缺少传感器 {channel}</translation>
    </message>
    <message>
        <source>Sensor {channel} gives no number</source>
        <translation>传感器 {channel} 没有数值</translation>
    </message>
    <message>
        <source>Sensor {channel} is stuck at {value}</source>
        <translation>传感器 {channel} 停在 {value} 不变</translation>
    </message>
    <message>
        <source>Sensor {channel} reads {value}, outside {low} to {high}</source>
        <translation>传感器 {channel} 读数 {value}，超出 {low} 至 {high}</translation>
    </message>
    <message>
        <source>Of {rows} rows around this one, {impossible} cannot be: sensors are swapped, broken or told in another unit</source>
        <translation>这一行前后 {rows} 行中有 {impossible} 行不可能：传感器接反、损坏或单位不对</translation>
    </message>
    <message>
        <source>Time runs backwards at row {row}</source>
        <translation>第 {row} 行时间倒退</translation>
    </message>
    <message>
        <source>Samples are missing for {gap_s} s</source>
        <translation>数据缺失 {gap_s} 秒</translation>
    </message>
    <message>
        <source>{gap} cycles are missing</source>
        <translation>缺少 {gap} 个循环</translation>
    </message>
    <message>
        <source>The model cannot be used: {detail}</source>
        <translation>模型无法使用：{detail}</translation>
    </message>
    <message>
        <source>The model failed: {detail}</source>
        <translation>模型运行失败：{detail}</translation>
    </message>
    <message>
        <source>Not judged: this computer cannot keep up</source>
        <translation>未判定：本机处理不过来</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>inspected</source>
        <translation>已检</translation>
    </message>
    <message>
        <source>defects</source>
        <translation>缺陷</translation>
    </message>
    <message>
        <source>reject rate</source>
        <translation>不良率</translation>
    </message>
    <message>
        <source>no verdict</source>
        <translation>无判定</translation>
    </message>
    <message>
        <source>warnings</source>
        <translation>报警</translation>
    </message>
    <message>
        <source>false alarms</source>
        <translation>误报</translation>
    </message>
    <message>
        <source>warnings / 10 min</source>
        <translation>报警 / 10 分钟</translation>
    </message>
    <message>
        <source>REJECT RATE, p-chart with 3σ limits: {count} of {total} intervals outside</source>
        <translation>不良率 p 控制图（3σ 界限）：{total} 个区间中 {count} 个超界</translation>
    </message>
    <message>
        <source>DEFECTS BY LABEL</source>
        <translation>按类别的缺陷</translation>
    </message>
    <message>
        <source>WARNINGS PER 10 MIN: mean {mean}, most {most}, floods {floods} (EEMUA 191)</source>
        <translation>每 10 分钟报警：平均 {mean}，最多 {most}，泛滥 {floods} 次（EEMUA 191）</translation>
    </message>
    <message>
        <source>target 1</source>
        <translation>目标 1</translation>
    </message>
    <message>
        <source>at most 2</source>
        <translation>最多 2</translation>
    </message>
    <message>
        <source>flood &gt; 10</source>
        <translation>泛滥 &gt; 10</translation>
    </message>
    <message>
        <source>PEOPLE AGREE in {agreed} of {decided} answers; {unsure} unsure, {open} open</source>
        <translation>人员认同：{decided} 次答复中 {agreed} 次；不确定 {unsure}，未答复 {open}</translation>
    </message>
    <message>
        <source>Pictures: {camera}</source>
        <translation>图像：{camera}</translation>
    </message>
    <message>
        <source>still there</source>
        <translation>仍存在</translation>
    </message>
    <message>
        <source>{when} {who} changed {warning}: {what}. Reason: {why}</source>
        <translation>{when} {who} 更改了“{warning}”：{what}。原因：{why}</translation>
    </message>
    <message>
        <source>{count} more changes are on the page on the load of warnings.</source>
        <translation>另有 {count} 项更改见报警负荷页。</translation>
    </message>
    <message>
        <source>Raised</source>
        <translation>发生时间</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>报警</translation>
    </message>
    <message>
        <source>Lasted</source>
        <translation>持续</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>次数</translation>
    </message>
    <message>
        <source>Acknowledged</source>
        <translation>确认人</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>答复</translation>
    </message>
    <message>
        <source>Cause, action, note</source>
        <translation>原因、措施、备注</translation>
    </message>
    <message>
        <source>No warnings in this period.</source>
        <translation>此时段没有报警。</translation>
    </message>
    <message>
        <source>{count} more warnings are in the CSV export.</source>
        <translation>其余 {count} 条报警见 CSV 导出。</translation>
    </message>
</context>
<context>
    <name>ReportRoom</name>
    <message>
        <source>Shift report</source>
        <translation>班次报表</translation>
    </message>
    <message>
        <source>Warning load</source>
        <translation>报警负荷</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>试算</translation>
    </message>
</context>
<context>
    <name>ReportScreen</name>
    <message>
        <source>Shift</source>
        <translation>班次</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>日</translation>
    </message>
    <message>
        <source>Week</source>
        <translation>周</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>更晚</translation>
    </message>
    <message>
        <source>Incident</source>
        <translation>事件</translation>
    </message>
    <message>
        <source>Save CSV</source>
        <translation>保存 CSV</translation>
    </message>
    <message>
        <source>Save PDF</source>
        <translation>保存 PDF</translation>
    </message>
    <message>
        <source>Week {number} of {year}</source>
        <translation>{year} 年第 {number} 周</translation>
    </message>
    <message>
        <source>Reading the records …</source>
        <translation>正在读取记录 …</translation>
    </message>
    <message>
        <source>Nothing was recorded in this period.</source>
        <translation>此时段没有记录。</translation>
    </message>
    <message>
        <source>No warnings in this period.</source>
        <translation>此时段没有报警。</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>已保存：{path}</translation>
    </message>
    <message>
        <source>Shift, day, week</source>
        <translation>班次、日、周</translation>
    </message>
    <message>
        <source>Earlier, later period</source>
        <translation>更早、更晚的时段</translation>
    </message>
    <message>
        <source>Choose a warning</source>
        <translation>选择报警</translation>
    </message>
    <message>
        <source>Open its incident: pictures, traces, who did what</source>
        <translation>打开其事件：图像、曲线、处理记录</translation>
    </message>
    <message>
        <source>Save as CSV</source>
        <translation>保存为 CSV</translation>
    </message>
    <message>
        <source>Save as PDF</source>
        <translation>保存为 PDF</translation>
    </message>
</context>
<context>
    <name>ReviewDetail</name>
    <message>
        <source>Defect</source>
        <translation>缺陷</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>良好</translation>
    </message>
    <message>
        <source>Unsure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>hold: heatmap</source>
        <translation>按住：热力图</translation>
    </message>
    <message>
        <source>closer</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>farther</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>whole image</source>
        <translation>整幅图像</translation>
    </message>
    <message>
        <source>large</source>
        <translation>大图</translation>
    </message>
    <message>
        <source>← →: previous, next · ↑ ↓: a row · a number: defect with this label · wheel: zoom · drag: move</source>
        <translation>← →：上一张、下一张 · ↑ ↓：换行 · 数字键：标为该类缺陷 · 滚轮：缩放 · 拖动：移动</translation>
    </message>
    <message>
        <source>threshold {number}</source>
        <translation>阈值 {number}</translation>
    </message>
    <message>
        <source>✗ defect</source>
        <translation>✗ 缺陷</translation>
    </message>
    <message>
        <source>✓ good</source>
        <translation>✓ 良好</translation>
    </message>
    <message>
        <source>? unsure</source>
        <translation>? 不确定</translation>
    </message>
    <message>
        <source>nearest good image · {time}</source>
        <translation>最近的合格图像 · {time}</translation>
    </message>
    <message>
        <source>this image</source>
        <translation>当前图像</translation>
    </message>
    <message>
        <source>{number} of {total}</source>
        <translation>第 {number} / {total} 张</translation>
    </message>
    <message>
        <source>{answered} of {total} answered</source>
        <translation>已复核 {answered} / {total}</translation>
    </message>
</context>
<context>
    <name>ReviewFilters</name>
    <message>
        <source>SHOW</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>LABEL</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>CAMERA</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>TIME</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>REVIEWED BY</source>
        <translation>复核人</translation>
    </message>
    <message>
        <source>This shift</source>
        <translation>本班</translation>
    </message>
    <message>
        <source>24 hours</source>
        <translation>24 小时</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 天</translation>
    </message>
    <message>
        <source>Any answer</source>
        <translation>不限复核</translation>
    </message>
    <message>
        <source>Any label</source>
        <translation>所有类别</translation>
    </message>
    <message>
        <source>All cameras</source>
        <translation>所有相机</translation>
    </message>
    <message>
        <source>Any time</source>
        <translation>不限时间</translation>
    </message>
    <message>
        <source>Nobody yet</source>
        <translation>尚未复核</translation>
    </message>
    <message>
        <source>Somebody</source>
        <translation>已复核</translation>
    </message>
    <message>
        <source>To review</source>
        <translation>待复核</translation>
    </message>
    <message>
        <source>Defects</source>
        <translation>缺陷</translation>
    </message>
    <message>
        <source>Near misses</source>
        <translation>接近阈值</translation>
    </message>
    <message>
        <source>Random OK</source>
        <translation>随机合格</translation>
    </message>
    <message>
        <source>No verdict</source>
        <translation>无判定</translation>
    </message>
</context>
<context>
    <name>ReviewScreen</name>
    <message>
        <source>Nothing here. Images appear when the line flags one, or choose another filter.</source>
        <translation>暂无图像。产线标记图像后会出现在这里，也可更换筛选条件。</translation>
    </message>
    <message>
        <source>Not saved: {why}</source>
        <translation>未保存：{why}</translation>
    </message>
    <message>
        <source>There is no answer to undo.</source>
        <translation>没有可撤销的结果。</translation>
    </message>
    <message>
        <source>Sign in first; the answer was not saved.</source>
        <translation>请先登录，结果未保存。</translation>
    </message>
    <message>
        <source>Defect</source>
        <translation>缺陷</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>良好</translation>
    </message>
    <message>
        <source>Unsure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Defect, with this label</source>
        <translation>标为该类缺陷</translation>
    </message>
    <message>
        <source>Previous, next image</source>
        <translation>上一张、下一张</translation>
    </message>
    <message>
        <source>A row up, down</source>
        <translation>上一行、下一行</translation>
    </message>
    <message>
        <source>Hold: heatmap</source>
        <translation>按住：热力图</translation>
    </message>
    <message>
        <source>Closer, farther, whole image</source>
        <translation>放大、缩小、整幅</translation>
    </message>
    <message>
        <source>Image large, or with the list</source>
        <translation>大图或带列表</translation>
    </message>
    <message>
        <source>Which images are listed</source>
        <translation>选择列出哪些图像</translation>
    </message>
    <message>
        <source>Lists of label, camera, time, person</source>
        <translation>类别、相机、时间、人员列表</translation>
    </message>
    <message>
        <source>Lowest score shown: down, up</source>
        <translation>最低显示分数：降低、提高</translation>
    </message>
</context>
<context>
    <name>ScoreRange</name>
    <message>
        <source>Any score</source>
        <translation>不限分数</translation>
    </message>
    <message>
        <source>Score {low} to {high}</source>
        <translation>分数 {low} 至 {high}</translation>
    </message>
</context>
<context>
    <name>SensorLanes</name>
    <message>
        <source>risk</source>
        <translation>风险</translation>
    </message>
    <message>
        <source>risk: {channels}</source>
        <translation>风险：{channels}</translation>
    </message>
</context>
<context>
    <name>Sentence</name>
    <message>
        <source>The found area grew to {area} % of the picture where {normal} % is normal, since {since} by {rate} % a day</source>
        <translation>发现面积增至画面的 {area} %（此处正常为 {normal} %），自 {since} 起每天增加 {rate} %</translation>
    </message>
    <message>
        <source>The found area grew to {area} % of the picture where {normal} % is normal, since {since} by {rate} % a step</source>
        <translation>发现面积增至画面的 {area} %（此处正常为 {normal} %），自 {since} 起每步增加 {rate} %</translation>
    </message>
    <message>
        <source>Not watched from {since} to {until}</source>
        <translation>{since} 至 {until} 期间未监视</translation>
    </message>
    <message>
        <source>Nobody is signed in. Pick your name and enter your PIN first.</source>
        <translation>尚未登录。请先选择姓名并输入 PIN 码。</translation>
    </message>
    <message>
        <source>Another person is signed in now. Look at the answer and give it again.</source>
        <translation>现在登录的是另一个人。请核对答复后重新提交。</translation>
    </message>
    <message>
        <source>This is not the PIN of that person. Try again.</source>
        <translation>PIN 码不正确，请重试。</translation>
    </message>
    <message>
        <source>This entry is not in the memory any more. Look at the list again.</source>
        <translation>这条记录已不在列表中，请重新查看。</translation>
    </message>
    <message>
        <source>An entry lives 1 to {most} days, not {days}. Choose fewer.</source>
        <translation>记录可保留 1 至 {most} 天，不能是 {days} 天，请选短一些。</translation>
    </message>
    <message>
        <source>The answer is kept, but the memory of false alarms is not changed. {why}</source>
        <translation>回答已保存，但误报记录未更改。{why}</translation>
    </message>
    <message>
        <source>This warning is not open any more</source>
        <translation>该报警已经结束</translation>
    </message>
    <message>
        <source>This warning is already acknowledged</source>
        <translation>该报警已被确认</translation>
    </message>
    <message>
        <source>This warning is still active; it can be reset when its condition is over</source>
        <translation>该报警仍然存在，条件消失后才能复位</translation>
    </message>
    <message>
        <source>This warning must be acknowledged before it can be reset</source>
        <translation>该报警须先确认才能复位</translation>
    </message>
    <message>
        <source>This warning does not latch; it closes by itself when it is over and acknowledged</source>
        <translation>该报警不自锁，条件消失并确认后自动关闭</translation>
    </message>
    <message>
        <source>Nothing needs to be done</source>
        <translation>无需处理</translation>
    </message>
    <message>
        <source>No pictures were kept: no room on the disk</source>
        <translation>未保存图像：磁盘空间不足</translation>
    </message>
    <message>
        <source>No pictures were kept: the disk was too slow</source>
        <translation>未保存图像：磁盘太慢</translation>
    </message>
    <message>
        <source>No pictures were kept: the disk could not be written</source>
        <translation>未保存图像：磁盘无法写入</translation>
    </message>
    <message>
        <source>The pictures were let go: they were too old, or took too much room</source>
        <translation>图像已清除：时间过久或占用空间过多</translation>
    </message>
    <message>
        <source>No pictures were kept of this incident</source>
        <translation>该事件未保存图像</translation>
    </message>
    <message>
        <source>Some of what was kept of this incident cannot be read</source>
        <translation>该事件的部分存档无法读取</translation>
    </message>
    <message>
        <source>The pictures are being kept</source>
        <translation>正在保存图像</translation>
    </message>
    <message>
        <source>There is no such incident</source>
        <translation>没有该事件</translation>
    </message>
    <message>
        <source>It may belong to another data folder</source>
        <translation>它可能属于另一个数据文件夹</translation>
    </message>
    <message>
        <source>This warning is held back; take it back first</source>
        <translation>该报警目前不显示；请先恢复</translation>
    </message>
    <message>
        <source>A warning of priority 1 is never held back</source>
        <translation>优先级 1 的报警永远不会被搁置</translation>
    </message>
    <message>
        <source>This warning is put aside already; take it back first to put it aside anew</source>
        <translation>该报警已被搁置；如需重新搁置，请先恢复</translation>
    </message>
    <message>
        <source>This warning is not put aside</source>
        <translation>该报警没有被搁置</translation>
    </message>
    <message>
        <source>This warning is suppressed by the machine&apos;s state already</source>
        <translation>该报警已因机器状态而抑制</translation>
    </message>
    <message>
        <source>This warning is out of service already</source>
        <translation>该报警已停用</translation>
    </message>
    <message>
        <source>This warning is not out of service</source>
        <translation>该报警没有停用</translation>
    </message>
    <message>
        <source>This warning cannot be put aside for so long</source>
        <translation>该报警不能搁置这么久</translation>
    </message>
    <message>
        <source>Choose at most {minutes} minutes</source>
        <translation>请选择不超过 {minutes} 分钟</translation>
    </message>
    <message>
        <source>A reason is missing</source>
        <translation>缺少原因</translation>
    </message>
    <message>
        <source>Say in a few words why this warning is held back</source>
        <translation>请简单说明为什么搁置该报警</translation>
    </message>
    <message>
        <source>There is no such warning</source>
        <translation>没有这个报警</translation>
    </message>
    <message>
        <source>Look at the list of warnings again</source>
        <translation>请再看一次报警列表</translation>
    </message>
    <message>
        <source>Only an engineer takes warnings out of service and back. Sign in as an engineer.</source>
        <translation>只有工程师可以停用和恢复报警。请以工程师身份登录。</translation>
    </message>
    <message>
        <source>Only an engineer changes the settings of a warning. Sign in as an engineer.</source>
        <translation>只有工程师可以更改报警设置。请以工程师身份登录。</translation>
    </message>
    <message>
        <source>Say why the settings are changed. The reason is kept, and the shift report shows it.</source>
        <translation>请说明更改设置的原因。原因会被保存，并显示在班次报表中。</translation>
    </message>
    <message>
        <source>These settings are in force already.</source>
        <translation>这些设置已经生效。</translation>
    </message>
    <message>
        <source>The settings were changed again since. Undo the newest change first.</source>
        <translation>此后设置又被更改过。请先撤销最近的更改。</translation>
    </message>
    <message>
        <source>This change is not in the records any more.</source>
        <translation>此更改已不在记录中。</translation>
    </message>
    <message>
        <source>This line runs without a station file. Save one and start with --station FILE.</source>
        <translation>此产线没有工位文件。请保存一个工位文件，并用 --station FILE 启动。</translation>
    </message>
    <message>
        <source>{name} comes with the program and stays as it is. Copy it to a folder of your own and start with --station FILE.</source>
        <translation>{name} 是随程序附带的示例，不会被更改。请将其复制到自己的文件夹，并用 --station FILE 启动。</translation>
    </message>
    <message>
        <source>The station file cannot be written</source>
        <translation>工位文件无法写入</translation>
    </message>
    <message>
        <source>Give this user the right to change it and its folder, or copy it to another folder and start with --station FILE</source>
        <translation>请授予此用户更改该文件及其文件夹的权限，或将其复制到其他文件夹并用 --station FILE 启动</translation>
    </message>
    <message>
        <source>Give this user the right to change it and its folder</source>
        <translation>请授予此用户更改该文件及其文件夹的权限</translation>
    </message>
    <message>
        <source>The station file was changed since Lineside started</source>
        <translation>工位文件在 Lineside 启动后被更改过</translation>
    </message>
    <message>
        <source>Start Lineside again, then make the change</source>
        <translation>请重新启动 Lineside，再进行更改</translation>
    </message>
    <message>
        <source>The warning would clear beyond the limit that raises it</source>
        <translation>报警的解除限值越过了触发限值</translation>
    </message>
    <message>
        <source>Put the clear limit on the good side of the raise limit</source>
        <translation>请将解除限值放在触发限值的正常一侧</translation>
    </message>
    <message>
        <source>The line was stopped</source>
        <translation>产线监测已停止</translation>
    </message>
    <message>
        <source>Every replay is at its end</source>
        <translation>所有回放均已结束</translation>
    </message>
    <message>
        <source>no model is set for this camera</source>
        <translation>该相机未设置模型</translation>
    </message>
    <message>
        <source>Judged too late: {names}</source>
        <translation>判定过晚：{names}</translation>
    </message>
    <message>
        <source>The station file has no source {source}.</source>
        <translation>工位文件中没有数据源 {source}。</translation>
    </message>
    <message>
        <source>Nothing came within {seconds} s: {why}.</source>
        <translation>{seconds} 秒内没有数据：{why}。</translation>
    </message>
    <message>
        <source>Pictures come, {rate} per second; none was judged yet.</source>
        <translation>有图像，每秒 {rate} 幅；尚未判定。</translation>
    </message>
    <message>
        <source>{width} x {height} pixels, {rate}, {time} ms from picture to verdict.</source>
        <translation>{width} × {height} 像素，{rate}，从图像到判定 {time} 毫秒。</translation>
    </message>
    <message>
        <source>{count} channels give values, {rate}.</source>
        <translation>{count} 个通道有数值，{rate}。</translation>
    </message>
    <message>
        <source>{count} pictures per second</source>
        <translation>每秒 {count} 幅图像</translation>
    </message>
    <message>
        <source>{count} rows per second</source>
        <translation>每秒 {count} 行</translation>
    </message>
    <message>
        <source>the replay is at its end</source>
        <translation>回放已结束</translation>
    </message>
    <message>
        <source>no data arrived</source>
        <translation>没有收到数据</translation>
    </message>
    <message>
        <source>{provider}: {count} golden answers as expected, scores within {difference}</source>
        <translation>{provider}：{count} 个基准答案全部一致，分数偏差不超过 {difference}</translation>
    </message>
    <message>
        <source>Not started</source>
        <translation>尚未启动</translation>
    </message>
    <message>
        <source>Opening for the first time</source>
        <translation>正在首次打开</translation>
    </message>
    <message>
        <source>No answer for {seconds} s; it is given {limit} s to open</source>
        <translation>已 {seconds} 秒没有响应；最多等待 {limit} 秒打开</translation>
    </message>
    <message>
        <source>Connected, but nothing new for more than {seconds} s</source>
        <translation>已连接，但超过 {seconds} 秒没有新数据</translation>
    </message>
    <message>
        <source>The driver hangs: {doing} did not come back within {seconds} s; {count} calls hang, so it is not asked again until one returns: restart Lineside or the device</source>
        <translation>驱动程序无响应：{doing}超过 {seconds} 秒未返回；已有 {count} 次调用卡住，返回之前不再尝试：请重启 Lineside 或该设备</translation>
    </message>
    <message>
        <source>The driver hangs: {doing} did not come back within {seconds} s</source>
        <translation>驱动程序无响应：{doing}超过 {seconds} 秒未返回</translation>
    </message>
    <message>
        <source>opening</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>reading</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>The folder of images is not there</source>
        <translation>图像文件夹不存在</translation>
    </message>
    <message>
        <source>The folder of images is gone</source>
        <translation>图像文件夹已消失</translation>
    </message>
    <message>
        <source>Check disk, network and cable; it is tried again</source>
        <translation>请检查磁盘、网络和线缆；将自动重试</translation>
    </message>
    <message>
        <source>The folder of images cannot be listed</source>
        <translation>无法列出图像文件夹</translation>
    </message>
    <message>
        <source>The folder holds no image</source>
        <translation>文件夹中没有图像</translation>
    </message>
    <message>
        <source>Create it or change path in the station file</source>
        <translation>请建立该文件夹，或在工位文件中更改 path</translation>
    </message>
    <message>
        <source>Put images in or change pattern in the station file</source>
        <translation>请放入图像，或在工位文件中更改 pattern</translation>
    </message>
    <message>
        <source>The video file is not there</source>
        <translation>视频文件不存在</translation>
    </message>
    <message>
        <source>The video file cannot be opened</source>
        <translation>视频文件无法打开</translation>
    </message>
    <message>
        <source>Put it there or change path in the station file</source>
        <translation>请放入该文件，或在工位文件中更改 path</translation>
    </message>
    <message>
        <source>Check that it is a whole video, e.g. MP4 with H.264</source>
        <translation>请检查视频是否完整，例如 H.264 编码的 MP4</translation>
    </message>
    <message>
        <source>The table has no channel {names} ({path}); add it, or take it out of the station file</source>
        <translation>表格中没有通道 {names}（{path}）；请补上，或从工位文件中删去</translation>
    </message>
    <message>
        <source>The table is not there</source>
        <translation>表格不存在</translation>
    </message>
    <message>
        <source>The table is empty</source>
        <translation>表格为空</translation>
    </message>
    <message>
        <source>The file is not there</source>
        <translation>文件不存在</translation>
    </message>
    <message>
        <source>The file cannot be opened</source>
        <translation>文件无法打开</translation>
    </message>
    <message>
        <source>The file is empty</source>
        <translation>文件为空</translation>
    </message>
    <message>
        <source>Check its name</source>
        <translation>请检查文件名</translation>
    </message>
    <message>
        <source>Check its access rights</source>
        <translation>请检查访问权限</translation>
    </message>
    <message>
        <source>Copy or record it again</source>
        <translation>请重新复制或采集</translation>
    </message>
    <message>
        <source>Record or export it again</source>
        <translation>请重新采集或导出</translation>
    </message>
    <message>
        <source>The image is too large</source>
        <translation>图像过大</translation>
    </message>
    <message>
        <source>Crop it or scale it down</source>
        <translation>请裁剪或缩小</translation>
    </message>
    <message>
        <source>The image is in printing colours (CMYK)</source>
        <translation>图像为印刷色（CMYK）</translation>
    </message>
    <message>
        <source>Export it as RGB or gray</source>
        <translation>请导出为 RGB 或灰度</translation>
    </message>
    <message>
        <source>The image file is truncated</source>
        <translation>图像文件不完整</translation>
    </message>
    <message>
        <source>The image cannot be decoded</source>
        <translation>图像无法解码</translation>
    </message>
    <message>
        <source>Open it in another program and export it again as PNG</source>
        <translation>请用其他程序打开并重新导出为 PNG</translation>
    </message>
    <message>
        <source>The image has more than 8 bits per colour</source>
        <translation>图像每色超过 8 位</translation>
    </message>
    <message>
        <source>Set the camera or the export to 8-bit</source>
        <translation>请将相机或导出设置为 8 位</translation>
    </message>
    <message>
        <source>This is not an image of a known kind</source>
        <translation>这不是已知格式的图像</translation>
    </message>
    <message>
        <source>Use JPEG, PNG, BMP, TIFF or WebP, 8-bit</source>
        <translation>请使用 8 位的 JPEG、PNG、BMP、TIFF 或 WebP</translation>
    </message>
    <message>
        <source>{size} is {aspect} wide to high, not {low} to {high}</source>
        <translation>{size} 的宽高比为 {aspect}，应在 {low} 到 {high} 之间</translation>
    </message>
    <message>
        <source>The USB camera cannot be opened</source>
        <translation>USB 相机无法打开</translation>
    </message>
    <message>
        <source>index {number}</source>
        <translation>序号 {number}</translation>
    </message>
    <message>
        <source>Check the cable, whether another program uses it, and the index in the station file</source>
        <translation>请检查电缆、是否被其他程序占用，以及工位文件中的序号</translation>
    </message>
    <message>
        <source>The connection broke {when}</source>
        <translation>连接中断（{when}）</translation>
    </message>
    <message>
        <source>before the first picture</source>
        <translation>收到第一幅图像之前</translation>
    </message>
    <message>
        <source>after {count} pictures</source>
        <translation>收到 {count} 幅图像之后</translation>
    </message>
    <message>
        <source>Check power, cable and network; it is tried again</source>
        <translation>请检查电源、电缆与网络；正在重试</translation>
    </message>
    <message>
        <source>No answer within {seconds} s</source>
        <translation>{seconds} 秒内无应答</translation>
    </message>
    <message>
        <source>Check the camera&apos;s power, cable and address</source>
        <translation>请检查相机的电源、电缆与地址</translation>
    </message>
    <message>
        <source>The computer there refuses the connection</source>
        <translation>对方拒绝连接</translation>
    </message>
    <message>
        <source>Check the port and that the camera streams</source>
        <translation>请检查端口，并确认相机正在推流</translation>
    </message>
    <message>
        <source>It cannot be reached</source>
        <translation>无法连通</translation>
    </message>
    <message>
        <source>Check cable, network and address</source>
        <translation>请检查电缆、网络与地址</translation>
    </message>
    <message>
        <source>The camera gives no picture within the time limit</source>
        <translation>相机在时限内没有图像</translation>
    </message>
    <message>
        <source>Check that it streams H.264, H.265 or MJPEG, or raise open_timeout_s</source>
        <translation>请确认其码流为 H.264、H.265 或 MJPEG，或调大 open_timeout_s</translation>
    </message>
    <message>
        <source>The camera accepts the connection, but does not answer in RTSP</source>
        <translation>相机接受连接，但不以 RTSP 应答</translation>
    </message>
    <message>
        <source>Check the port in the address, or restart the camera</source>
        <translation>请检查地址中的端口，或重启相机</translation>
    </message>
    <message>
        <source>The camera refuses the login</source>
        <translation>相机拒绝登录</translation>
    </message>
    <message>
        <source>Check user name and password in the environment variable that the address names</source>
        <translation>请检查地址所指环境变量中的用户名与密码</translation>
    </message>
    <message>
        <source>The camera has no such stream</source>
        <translation>相机没有该码流</translation>
    </message>
    <message>
        <source>Check the path at the end of the address</source>
        <translation>请检查地址末尾的路径</translation>
    </message>
    <message>
        <source>The camera is busy</source>
        <translation>相机正忙</translation>
    </message>
    <message>
        <source>Close other programs that watch it</source>
        <translation>请关闭其他正在观看它的程序</translation>
    </message>
    <message>
        <source>There is no sound device</source>
        <translation>没有声音设备</translation>
    </message>
    <message>
        <source>Connect a loudspeaker; until then warnings are seen, not heard</source>
        <translation>请连接扬声器；在此之前报警只能看见，听不到</translation>
    </message>
    <message>
        <source>The sound device does not take the sound</source>
        <translation>声音设备没有接收声音</translation>
    </message>
    <message>
        <source>Check the loudspeaker, or restart the computer&apos;s sound</source>
        <translation>请检查扬声器，或重启电脑的声音服务</translation>
    </message>
    <message>
        <source>The sound device fails</source>
        <translation>声音设备出错</translation>
    </message>
    <message>
        <source>Check the loudspeaker and its cable</source>
        <translation>请检查扬声器及其连线</translation>
    </message>
    <message>
        <source>The sound device does not answer. Check it, or restart the computer.</source>
        <translation>声音设备没有响应。请检查，或重启电脑。</translation>
    </message>
    <message>
        <source>{count} patterns were played. If you heard nothing, check the loudspeaker and the computer&apos;s volume.</source>
        <translation>已播放 {count} 种提示音。如果没有听到，请检查扬声器和电脑音量。</translation>
    </message>
    <message>
        <source>{free} MiB free, less than {limit} MiB: no more pictures are kept</source>
        <translation>剩余 {free} MiB，低于 {limit} MiB：不再保存图像</translation>
    </message>
    <message>
        <source>{free} MiB free</source>
        <translation>剩余 {free} MiB</translation>
    </message>
    <message>
        <source>the records&apos; disk cannot be reached: {why}</source>
        <translation>无法访问记录所在磁盘：{why}</translation>
    </message>
    <message>
        <source>{count} entries wait to be written for more than {seconds} s</source>
        <translation>{count} 条记录等待写入超过 {seconds} 秒</translation>
    </message>
    <message>
        <source>the disk did not answer within {seconds} s</source>
        <translation>磁盘 {seconds} 秒内无响应</translation>
    </message>
    <message>
        <source>{what} was not kept</source>
        <translation>未能保存：{what}</translation>
    </message>
    <message>
        <source>Make room on the disk or check it, then try again</source>
        <translation>请清理或检查磁盘，然后重试</translation>
    </message>
    <message>
        <source>The file cannot be written</source>
        <translation>文件无法写入</translation>
    </message>
    <message>
        <source>Choose another folder</source>
        <translation>请选择其他文件夹</translation>
    </message>
    <message>
        <source>The kept picture cannot be read</source>
        <translation>保存的图像无法读取</translation>
    </message>
    <message>
        <source>It may have been deleted by the retention</source>
        <translation>可能已按保存期限删除</translation>
    </message>
    <message>
        <source>See the log</source>
        <translation>请查看日志</translation>
    </message>
    <message>
        <source>{target}: macro-F1 of boosted trees</source>
        <translation>{target}：macro-F1（提升树对照）</translation>
    </message>
    <message>
        <source>{target}: macro-F1</source>
        <translation>{target}：macro-F1</translation>
    </message>
    <message>
        <source>{target}: AUROC</source>
        <translation>{target}：AUROC</translation>
    </message>
    <message>
        <source>{target}: false alarms</source>
        <translation>{target}：误报率</translation>
    </message>
    <message>
        <source>{target}: missed</source>
        <translation>{target}：漏检率</translation>
    </message>
    <message>
        <source>image AUROC, late frames only</source>
        <translation>图像 AUROC（仅后期图像）</translation>
    </message>
    <message>
        <source>image AUROC</source>
        <translation>图像 AUROC</translation>
    </message>
    <message>
        <source>recall at {share} % false alarms</source>
        <translation>误报率 {share} % 时的检出率</translation>
    </message>
    <message>
        <source>recall at the threshold of the other folds</source>
        <translation>按其他折阈值的检出率</translation>
    </message>
    <message>
        <source>false alarms at the threshold of the other folds</source>
        <translation>按其他折阈值的误报率</translation>
    </message>
    <message>
        <source>pixel IoU, all pits together</source>
        <translation>像素 IoU（全部凹坑合计）</translation>
    </message>
    <message>
        <source>pixel IoU, mean over pitted frames</source>
        <translation>像素 IoU（有凹坑图像平均）</translation>
    </message>
    <message>
        <source>pointing game</source>
        <translation>定位命中率</translation>
    </message>
    <message>
        <source>AUROC against the painted twins</source>
        <translation>与涂去凹坑图像相比的 AUROC</translation>
    </message>
    <message>
        <source>painted twins whose DEFECT turns to OK</source>
        <translation>涂去凹坑后由缺陷变为合格的比例</translation>
    </message>
    <message>
        <source>painted twins whose DEFECT turns to OK, shipped threshold</source>
        <translation>涂去凹坑后由缺陷变为合格的比例（出厂阈值）</translation>
    </message>
    <message>
        <source>recall at the shipped threshold</source>
        <translation>出厂阈值的检出率</translation>
    </message>
    <message>
        <source>false alarms at the shipped threshold</source>
        <translation>出厂阈值的误报率</translation>
    </message>
    <message>
        <source>false alarms of {position} at the shipped threshold</source>
        <translation>{position} 在出厂阈值的误报率</translation>
    </message>
    <message>
        <source>false alarms of {position}</source>
        <translation>{position} 的误报率</translation>
    </message>
    <message>
        <source>highest score of {position}</source>
        <translation>{position} 的最高分</translation>
    </message>
    <message>
        <source>region area inside polygons</source>
        <translation>检出区域落在标注内的面积比例</translation>
    </message>
    <message>
        <source>mean score, painted twins</source>
        <translation>平均分（涂去凹坑）</translation>
    </message>
    <message>
        <source>mean score, pits</source>
        <translation>平均分（有凹坑）</translation>
    </message>
    <message>
        <source>{data} · blocks held out, {count} folds</source>
        <translation>{data} · 按时间块留出，{count} 折</translation>
    </message>
    <message>
        <source>{data} · positions held out, {count} folds</source>
        <translation>{data} · 按位置留出，{count} 折</translation>
    </message>
    <message>
        <source>{what} ({where})</source>
        <translation>{what}（{where}）</translation>
    </message>
    <message>
        <source>{sentence}.</source>
        <translation>{sentence}。</translation>
    </message>
    <message>
        <source>{sentence}. {more}.</source>
        <translation>{sentence}。{more}。</translation>
    </message>
</context>
<context>
    <name>SetupCard</name>
    <message>
        <source>Test model</source>
        <translation>测试模型</translation>
    </message>
    <message>
        <source>Test horn</source>
        <translation>测试喇叭</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Testing …</source>
        <translation>正在测试 …</translation>
    </message>
    <message>
        <source>{sentence} ({time} ms)</source>
        <translation>{sentence}（{time} 毫秒）</translation>
    </message>
    <message>
        <source>Runs on {provider}</source>
        <translation>运行于 {provider}</translation>
    </message>
</context>
<context>
    <name>SetupFacts</name>
    <message>
        <source>The model {model} is not loaded. Put its folder under models/ or into the data folder.</source>
        <translation>模型 {model} 未加载。请将其文件夹放到 models/ 或数据文件夹中。</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
    <message>
        <source>{width} x {height} pixels, {rate} per second</source>
        <translation>{width} × {height} 像素，每秒 {rate} 幅</translation>
    </message>
    <message>
        <source>simulated</source>
        <translation>模拟</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>folder of images</source>
        <translation>图像文件夹</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>video file</source>
        <translation>视频文件</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>USB camera</source>
        <translation>USB 相机</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>network camera</source>
        <translation>网络相机</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>none: shown, not judged</source>
        <translation>无：只显示，不判定</translation>
    </message>
    <message>
        <source>every frame</source>
        <translation>每一帧</translation>
    </message>
    <message>
        <source>Asset</source>
        <translation>设备对象</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Judged</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>No verdict after</source>
        <translation>无判定时限</translation>
    </message>
    <message>
        <source>recorded table</source>
        <translation>录制的表格</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>classifies images</source>
        <translation>图像分类</translation>
    </message>
    <message>
        <source>finds regions in images</source>
        <translation>在图像中查找区域</translation>
    </message>
    <message>
        <source>finds what is unlike good images</source>
        <translation>查找与良品不同之处</translation>
    </message>
    <message>
        <source>judges a window of sensor values</source>
        <translation>判定一段传感器数值</translation>
    </message>
    <message>
        <source>judges a row of values</source>
        <translation>判定一行数值</translation>
    </message>
    <message>
        <source>Measured on</source>
        <translation>测试数据</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Used by</source>
        <translation>使用者</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Thresholds</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>SHA-256</source>
        <translation>SHA-256</translation>
    </message>
    <message>
        <source>Licence of its data</source>
        <translation>数据许可</translation>
    </message>
    <message>
        <source>partly simulated; the figures are measured on real data</source>
        <translation>部分为模拟数据；指标均在真实数据上测得</translation>
    </message>
    <message>
        <source>Training data</source>
        <translation>训练数据</translation>
    </message>
    <message>
        <source>experimental</source>
        <translation>试验性</translation>
    </message>
    <message>
        <source>{source} finds {what}</source>
        <translation>{source} 发现 {what}</translation>
    </message>
    <message>
        <source>{source} finds a defect or fault</source>
        <translation>{source} 发现缺陷或故障</translation>
    </message>
    <message>
        <source>over at {number}</source>
        <translation>到 {number} 恢复</translation>
    </message>
    <message>
        <source>{source} gives no verdict</source>
        <translation>{source} 无判定</translation>
    </message>
    <message>
        <source>what {source} finds grows</source>
        <translation>{source} 发现的面积扩大</translation>
    </message>
    <message>
        <source>the disk is nearly full</source>
        <translation>磁盘将满</translation>
    </message>
    <message>
        <source>records cannot be written</source>
        <translation>记录无法写入</translation>
    </message>
    <message>
        <source>this computer cannot keep up</source>
        <translation>本机处理不过来</translation>
    </message>
    <message>
        <source>a model fails</source>
        <translation>模型失效</translation>
    </message>
    <message>
        <source>{count} of the last {total}</source>
        <translation>最近 {total} 次中 {count} 次</translation>
    </message>
    <message>
        <source>for {seconds} s</source>
        <translation>持续 {seconds} 秒</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} 分钟</translation>
    </message>
    <message>
        <source>Likely</source>
        <translation>可能原因</translation>
    </message>
    <message>
        <source>Means</source>
        <translation>后果</translation>
    </message>
    <message>
        <source>Do</source>
        <translation>处理</translation>
    </message>
    <message>
        <source>Within</source>
        <translation>时限</translation>
    </message>
    <message>
        <source>Raised when</source>
        <translation>触发条件</translation>
    </message>
    <message>
        <source>until somebody resets it</source>
        <translation>直到有人复位</translation>
    </message>
    <message>
        <source>Stays</source>
        <translation>保持</translation>
    </message>
    <message>
        <source>Causes</source>
        <translation>原因选项</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>措施选项</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>none: days begin at midnight</source>
        <translation>无：每日从零点开始</translation>
    </message>
    <message>
        <source>{days} days; warnings and answers for ever</source>
        <translation>{days} 天；报警和答复永久保留</translation>
    </message>
    <message>
        <source>at most {share} % of the disk</source>
        <translation>最多占磁盘的 {share} %</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Shifts</source>
        <translation>班次</translation>
    </message>
    <message>
        <source>Images and verdicts</source>
        <translation>图像和判定</translation>
    </message>
    <message>
        <source>Images take</source>
        <translation>图像占用</translation>
    </message>
    <message>
        <source>Warned below</source>
        <translation>低于此值报警</translation>
    </message>
    <message>
        <source>OK images kept</source>
        <translation>保留的合格图像</translation>
    </message>
    <message>
        <source>Sensor values kept</source>
        <translation>传感器数值保存间隔</translation>
    </message>
    <message>
        <source>station</source>
        <translation>工位</translation>
    </message>
    <message>
        <source>Records</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>{minutes} min without an acknowledgement</source>
        <translation>{minutes} 分钟未确认</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>Sounds at priority</source>
        <translation>发声的优先级</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Sounds again after</source>
        <translation>再次发声</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>音量</translation>
    </message>
    <message>
        <source>Flash at priority 1</source>
        <translation>优先级 1 时闪烁</translation>
    </message>
    <message>
        <source>yes, the window&apos;s border, once a second</source>
        <translation>是，窗口边框，每秒一次</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Horn</source>
        <translation>喇叭</translation>
    </message>
    <message>
        <source>sound of new warnings</source>
        <translation>新报警的声音</translation>
    </message>
</context>
<context>
    <name>SetupScreen</name>
    <message>
        <source>Test all</source>
        <translation>全部测试</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>Sensors</source>
        <translation>传感器</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>报警</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Station</source>
        <translation>工位</translation>
    </message>
    <message>
        <source>False alarms</source>
        <translation>误报记录</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>made by a program, no file</source>
        <translation>由程序生成，没有文件</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>with any text editor; every key is explained in docs/config-reference.md</source>
        <translation>使用任意文本编辑器；各项说明见 docs/config-reference.md</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>New PIN</source>
        <translation>新 PIN</translation>
    </message>
    <message>
        <source>In force</source>
        <translation>生效</translation>
    </message>
    <message>
        <source>after the next start of Lineside</source>
        <translation>Lineside 下次启动后</translation>
    </message>
    <message>
        <source>Station file</source>
        <translation>工位文件</translation>
    </message>
    <message>
        <source>None are configured. Add them to the station file; docs/config-reference.md says how.</source>
        <translation>尚未配置。请在工位文件中添加，方法见 docs/config-reference.md。</translation>
    </message>
    <message>
        <source>A test takes one frame or row now, and says exactly why when none comes.</source>
        <translation>测试会立即取一帧或一行；取不到时说明确切原因。</translation>
    </message>
    <message>
        <source>A test runs the model&apos;s golden set on this computer and compares every verdict.</source>
        <translation>测试会在本机运行模型的基准样本，并逐一比对判定。</translation>
    </message>
    <message>
        <source>As the operator will read them.</source>
        <translation>操作员看到的内容。</translation>
    </message>
    <message>
        <source>Who can sign in and answer.</source>
        <translation>可登录并答复的人员。</translation>
    </message>
    <message>
        <source>The horn&apos;s test plays the sound of each priority, the most urgent first.</source>
        <translation>喇叭测试会依次播放各优先级的声音，最紧急的在先。</translation>
    </message>
    <message>
        <source>Choose an entry</source>
        <translation>选择记录</translation>
    </message>
    <message>
        <source>Switch it off or on</source>
        <translation>关闭或启用</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Extend it</source>
        <translation>延长</translation>
    </message>
    <message>
        <source>Remove it</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Test all on this page</source>
        <translation>测试本页全部</translation>
    </message>
    <message>
        <source>Test this one</source>
        <translation>测试该项</translation>
    </message>
</context>
<context>
    <name>SignInDialog</name>
    <message>
        <source>Who is at the station?</source>
        <translation>谁在工位？</translation>
    </message>
    <message>
        <source>Your name is kept with every answer. Pick it, enter your PIN.</source>
        <translation>每次答复都会记录姓名。请选择姓名并输入 PIN。</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>退出登录</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN 码</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在核对…</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>cameras</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>sensors</source>
        <translation>传感器</translation>
    </message>
    <message>
        <source>disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>浅色或深色</translation>
    </message>
    <message>
        <source>All keys</source>
        <translation>全部按键</translation>
    </message>
    <message>
        <source>Shift {name} · {elapsed}</source>
        <translation>{name} 班 · {elapsed}</translation>
    </message>
    <message>
        <source>SIMULATED</source>
        <translation>模拟</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>No verdict: {names}</source>
        <translation>无判定：{names}</translation>
    </message>
</context>
<context>
    <name>TrendsScreen</name>
    <message>
        <source>Risk: {name}</source>
        <translation>风险：{name}</translation>
    </message>
    <message>
        <source>Found area: {name}</source>
        <translation>发现面积：{name}</translation>
    </message>
    <message>
        <source>5 min</source>
        <translation>5 分钟</translation>
    </message>
    <message>
        <source>1 h</source>
        <translation>1 小时</translation>
    </message>
    <message>
        <source>8 h</source>
        <translation>8 小时</translation>
    </message>
    <message>
        <source>24 h</source>
        <translation>24 小时</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 天</translation>
    </message>
    <message>
        <source>SHOWN</source>
        <translation>显示项</translation>
    </message>
    <message>
        <source>C: to the list · ↑ ↓: choose · Enter: show or hide</source>
        <translation>C：到列表 · ↑ ↓：选择 · 回车：显示或隐藏</translation>
    </message>
    <message>
        <source>Choose a channel on the left.</source>
        <translation>请在左侧选择通道。</translation>
    </message>
    <message>
        <source>This station has no sensors. Add a [[sensors]] section to the station file.</source>
        <translation>本工位没有传感器。请在工位文件中添加 [[sensors]]。</translation>
    </message>
    <message>
        <source>← →: cursor · X: cursor away · Shift + ← →: earlier, later · + −: zoom · drag and wheel do the same</source>
        <translation>← →：移动游标 · X：收起游标 · Shift + ← →：更早、更晚 · + −：缩放 · 也可拖动或用滚轮</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>held; the line runs on</source>
        <translation>画面已暂停，产线仍在运行</translation>
    </message>
    <message>
        <source>5 min, 1 h, 8 h, 24 h, 7 days</source>
        <translation>5 分钟、1 小时、8 小时、24 小时、7 天</translation>
    </message>
    <message>
        <source>Pause or live</source>
        <translation>暂停或实时</translation>
    </message>
    <message>
        <source>Move the cursor</source>
        <translation>移动游标</translation>
    </message>
    <message>
        <source>Take the cursor away</source>
        <translation>收起游标</translation>
    </message>
    <message>
        <source>Earlier, later</source>
        <translation>更早、更晚</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>To the list of channels; Enter shows or hides</source>
        <translation>到通道列表；回车显示或隐藏</translation>
    </message>
</context>
<context>
    <name>WarningControls</name>
    <message>
        <source>Put a warning aside for a while</source>
        <translation>暂时搁置报警</translation>
    </message>
    <message>
        <source>What is held back</source>
        <translation>查看被搁置的报警</translation>
    </message>
    <message>
        <source>First warning of a flood</source>
        <translation>报警泛滥时的第一个报警</translation>
    </message>
    <message>
        <source>A warning of priority 1 cannot be put aside: it must be seen until somebody has dealt with it.</source>
        <translation>优先级 1 的报警不能搁置：在有人处理之前必须一直可见。</translation>
    </message>
    <message>
        <source>The first warning of this flood is over already. Go through the list from the top.</source>
        <translation>引发这次报警泛滥的第一个报警已消失。请从列表顶部开始查看。</translation>
    </message>
</context>
<context>
    <name>WarningHead</name>
    <message>
        <source>{count} put aside</source>
        <translation>搁置 {count}</translation>
    </message>
    <message>
        <source>{count} off by machine state</source>
        <translation>机器状态抑制 {count}</translation>
    </message>
    <message>
        <source>{count} out of service</source>
        <translation>停用 {count}</translation>
    </message>
    <message>
        <source>WARNINGS</source>
        <translation>报警</translation>
    </message>
    <message>
        <source>choose ↑ ↓</source>
        <translation>选择 ↑ ↓</translation>
    </message>
    <message>
        <source>Put aside</source>
        <translation>搁置</translation>
    </message>
    <message>
        <source>standing now: {count}</source>
        <translation>情况仍在：{count}</translation>
    </message>
    <message>
        <source>none stands now</source>
        <translation>情况均已消失</translation>
    </message>
    <message>
        <source>{count} held back</source>
        <translation>{count} 个报警未显示</translation>
    </message>
    <message>
        <source>{count} warnings in 10 minutes</source>
        <translation>10 分钟内 {count} 个报警</translation>
    </message>
    <message>
        <source>Start with the first: {warning}</source>
        <translation>先看第一个：{warning}</translation>
    </message>
</context>
<context>
    <name>WarningList</name>
    <message>
        <source>No open warnings.</source>
        <translation>没有未关闭的报警。</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>另有 {count} 条</translation>
    </message>
    <message>
        <source>this station</source>
        <translation>本工位</translation>
    </message>
    <message>
        <source>{count} warnings</source>
        <translation>{count} 个报警</translation>
    </message>
    <message>
        <source>acknowledged, {name}</source>
        <translation>已确认，{name}</translation>
    </message>
    <message>
        <source>{count} findings</source>
        <translation>{count} 次检出</translation>
    </message>
    <message>
        <source>comes and goes</source>
        <translation>时有时无</translation>
    </message>
    <message>
        <source>NEW</source>
        <translation>新</translation>
    </message>
    <message>
        <source>AGAIN</source>
        <translation>再次</translation>
    </message>
</context>
<context>
    <name>WhatIf</name>
    <message>
        <source>{count} warnings, as now</source>
        <translation>{count} 个报警，与现在相同</translation>
    </message>
    <message>
        <source>{tried} instead of {before}</source>
        <translation>{tried} 个，而非 {before} 个</translation>
    </message>
    <message>
        <source>Nobody has answered one of them with Real: what it would cost cannot be told.</source>
        <translation>没有人将其中任何一个答为“真实”：无法判断代价。</translation>
    </message>
    <message>
        <source>All {total} confirmed real ones would have come, none later.</source>
        <translation>{total} 个已确认真实的报警都会出现，且不会变晚。</translation>
    </message>
    <message>
        <source>All {total} confirmed real ones would have come, on average {mean} s later, at most {worst} s.</source>
        <translation>{total} 个已确认真实的报警都会出现，平均晚 {mean} 秒，最多晚 {worst} 秒。</translation>
    </message>
    <message>
        <source>All {total} confirmed real ones would be missed.</source>
        <translation>{total} 个已确认真实的报警会全部漏掉。</translation>
    </message>
    <message>
        <source>{missed} of {total} confirmed real ones would be missed, the others on average {mean} s later, at most {worst} s.</source>
        <translation>{total} 个已确认真实的报警中会漏掉 {missed} 个，其余平均晚 {mean} 秒，最多晚 {worst} 秒。</translation>
    </message>
    <message>
        <source>{missed} of {total} confirmed real ones would be missed, the others not later.</source>
        <translation>{total} 个已确认真实的报警中会漏掉 {missed} 个，其余不会变晚。</translation>
    </message>
    <message>
        <source>{missed} of {total} confirmed false ones would not have come.</source>
        <translation>{total} 个已确认误报中有 {missed} 个不会出现。</translation>
    </message>
    <message>
        <source>Checked: with the settings in force the replay gives {replay}, the journal has {journal}.</source>
        <translation>核对：按现行设置回放得 {replay} 个，记录中有 {journal} 个。</translation>
    </message>
    <message>
        <source>Replayed on every recorded score.</source>
        <translation>回放依据每个已记录的分数。</translation>
    </message>
    <message>
        <source>Replayed on the recorded lowest and highest values, right within {tolerance} s.</source>
        <translation>回放依据已记录的最低值和最高值，精确到 {tolerance} 秒。</translation>
    </message>
    <message>
        <source>Replayed on the journal&apos;s own begins and ends.</source>
        <translation>回放依据记录中的开始与结束。</translation>
    </message>
    <message>
        <source>Recorded from {since} on only: all figures are from then on.</source>
        <translation>仅从 {since} 起有记录：所有数字从那时算起。</translation>
    </message>
    <message>
        <source>The settings were changed within this period, so the journal counts by others than the replay.</source>
        <translation>此期间更改过设置，因此记录与回放所依据的设置不同。</translation>
    </message>
    <message>
        <source>The two differ: take the answer as a hint, not as a figure.</source>
        <translation>两者不一致：结果仅供参考，不是准确数字。</translation>
    </message>
    <message>
        <source>No values are recorded for this warning: only delays can be tried.</source>
        <translation>此报警没有数值记录：只能试用延时。</translation>
    </message>
    <message>
        <source>A shorter delay lets through what was never recorded: it would be at least so many.</source>
        <translation>延时缩短会放过从未记录的情况：实际至少有这么多。</translation>
    </message>
    <message>
        <source>N of M is counted on one point per interval here, not on every row.</source>
        <translation>此处 N/M 按每个间隔一个点计数，而非每一行。</translation>
    </message>
    <message>
        <source>Warnings, as they were and as they would have been</source>
        <translation>报警：实际情况与试用情况</translation>
    </message>
    <message>
        <source>in force</source>
        <translation>现行</translation>
    </message>
    <message>
        <source>tried</source>
        <translation>试用</translation>
    </message>
</context>
<context>
    <name>WhatIfScreen</name>
    <message>
        <source>Warnings, and how often they called</source>
        <translation>报警及其呼叫次数</translation>
    </message>
    <message>
        <source>Former</source>
        <translation>上一个</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一个</translation>
    </message>
    <message>
        <source>As in force</source>
        <translation>恢复现行</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Put in force</source>
        <translation>投入使用</translation>
    </message>
    <message>
        <source>↑ ↓ choose a setting   − + change it</source>
        <translation>↑ ↓ 选择设置   − + 更改</translation>
    </message>
    <message>
        <source>The station file has no warnings to try settings of.</source>
        <translation>工位文件中没有可试用设置的报警。</translation>
    </message>
    <message>
        <source>Reading what was recorded …</source>
        <translation>正在读取记录…</translation>
    </message>
    <message>
        <source>Why are these settings put in force?</source>
        <translation>为何投入使用这些设置？</translation>
    </message>
    <message>
        <source>Undone: {what}</source>
        <translation>已撤销：{what}</translation>
    </message>
    <message>
        <source>In force, and kept in the station file.</source>
        <translation>已生效，并保存在工位文件中。</translation>
    </message>
    <message>
        <source>Choose a warning</source>
        <translation>选择报警</translation>
    </message>
    <message>
        <source>Choose a setting</source>
        <translation>选择设置</translation>
    </message>
    <message>
        <source>Change the setting</source>
        <translation>更改设置</translation>
    </message>
    <message>
        <source>Back to what is in force</source>
        <translation>恢复为现行设置</translation>
    </message>
    <message>
        <source>Undo the newest change of this warning</source>
        <translation>撤销此报警最近的更改</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>The station file names no people. Add [[people]] to it.</source>
        <translation>工位文件中没有人员。请添加 [[people]]。</translation>
    </message>
    <message>
        <source>Acknowledge the most urgent warning</source>
        <translation>确认最紧急的报警</translation>
    </message>
    <message>
        <source>Silence</source>
        <translation>消音</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>浅色或深色</translation>
    </message>
    <message>
        <source>English or Chinese</source>
        <translation>中文或英文</translation>
    </message>
    <message>
        <source>Sign in or out</source>
        <translation>登录或退出</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>All keys</source>
        <translation>全部按键</translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation>通用</translation>
    </message>
    <message>
        <source>Your settings could not be kept: the data folder cannot be written.</source>
        <translation>设置未能保存：数据文件夹无法写入。</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>OK</source>
        <translation>合格</translation>
    </message>
    <message>
        <source>DEFECT</source>
        <translation>缺陷</translation>
    </message>
    <message>
        <source>FAULT</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>NO VERDICT</source>
        <translation>无判定</translation>
    </message>
    <message>
        <source>{label}? ({share} % sure)</source>
        <translation>{label}？（把握 {share}%）</translation>
    </message>
    <message>
        <source>{label} ({share} % sure)</source>
        <translation>{label}（把握 {share}%）</translation>
    </message>
    <message>
        <source>operator</source>
        <translation>操作员</translation>
    </message>
    <message>
        <source>inspector</source>
        <translation>检验员</translation>
    </message>
    <message>
        <source>engineer</source>
        <translation>工程师</translation>
    </message>
    <message>
        <source>STARTING</source>
        <translation>启动中</translation>
    </message>
    <message>
        <source>RUNNING</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>DEGRADED</source>
        <translation>降级运行</translation>
    </message>
    <message>
        <source>STOPPED</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>FINISHED</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>over</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新</translation>
    </message>
    <message>
        <source>acknowledged</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>over, not acknowledged</source>
        <translation>已结束，未确认</translation>
    </message>
    <message>
        <source>over, to be reset</source>
        <translation>已结束，待复位</translation>
    </message>
    <message>
        <source>put aside</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>suppressed by design</source>
        <translation>按设计抑制</translation>
    </message>
    <message>
        <source>out of service</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Real</source>
        <translation>属实</translation>
    </message>
    <message>
        <source>False</source>
        <translation>误报</translation>
    </message>
    <message>
        <source>Unsure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>good</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>maintenance required</source>
        <translation>需要维护</translation>
    </message>
    <message>
        <source>out of specification</source>
        <translation>超出规格</translation>
    </message>
    <message>
        <source>function check</source>
        <translation>功能检查</translation>
    </message>
    <message>
        <source>failure</source>
        <translation>故障</translation>
    </message>
</context>
</TS>
