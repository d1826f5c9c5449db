"""Machines that people own: complete device components, user agent, screen and network fingerprints by model.

Two machines of one model and release are equal in every component, as they are in life; only `id` tells them apart.
Used by the sample and by the scenarios.
"""
import hashlib


def short(text, n=12):
    return hashlib.sha256(text.encode()).hexdigest()[:n]


CHROME = "t13d1516h2_8daaf6152771_d8a2da3f94cd"
FIREFOX = "t13d1717h2_5b57614c22b0_3cbfd9057e0d"
SAFARI = "t13d2014h2_a09f3c656075_e42f34c56612"
WINDOWS = "128:1460:64240:mss,nop,ws8,nop,nop,sok"
LINUX = "64:1460:64240:mss,sok,ts,nop,ws7"
APPLE = "64:1460:65535:mss,nop,ws6,nop,nop,ts,sok,eol"

UA = {
    "windows-chrome": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
    "windows-edge": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36 Edg/{v}.0.0.0",
    "windows-firefox": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
    "linux-firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
    "linux-chrome": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
    "mac-chrome": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
    "mac-safari": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v} Safari/605.1.15",
    "iphone": "Mozilla/5.0 (iPhone; CPU iPhone OS {os} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v} Mobile/15E148 Safari/604.1",
    "android": "Mozilla/5.0 (Linux; Android {os}; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Mobile Safari/537.36",
}
# name: (ua, platform, os, os version, browser, version, model, gpu, cores, mem, dpr, touch, screen, ja4, tcp)
MODELS = {
    "thinkpad": ("windows-chrome", "Win32", "Windows", "11", "chrome", "148", "", "Intel Iris Xe Graphics", 8, 16, 1.25, 0, "1920x1200", CHROME, WINDOWS),
    "office-pc": ("windows-edge", "Win32", "Windows", "11", "edge", "148", "", "Intel UHD Graphics 770", 12, 16, 1, 0, "1920x1080", CHROME, WINDOWS),
    "old-laptop": ("windows-firefox", "Win32", "Windows", "10", "firefox", "140", "", "GeForce 940MX", 4, 8, 1, 0, "1366x768", FIREFOX, WINDOWS),
    "gaming-pc": ("windows-chrome", "Win32", "Windows", "11", "chrome", "149", "", "GeForce RTX 4070", 16, 32, 1.5, 0, "2560x1440", CHROME, WINDOWS),
    "workstation": ("linux-firefox", "Linux x86_64", "Linux", "x86_64", "firefox", "140", "", "Radeon Pro W6600", 24, 64, 1, 0, "3840x2160", FIREFOX, LINUX),
    "linux-laptop": ("linux-chrome", "Linux x86_64", "Linux", "x86_64", "chrome", "148", "", "Mesa Intel Xe", 8, 16, 1.5, 0, "2256x1504", CHROME, LINUX),
    "macbook": ("mac-safari", "MacIntel", "macOS", "15_5", "safari", "18.5", "", "Apple M3", 8, 16, 2, 0, "1512x982", SAFARI, APPLE),
    "imac": ("mac-chrome", "MacIntel", "macOS", "15_4", "chrome", "148", "", "Apple M1", 8, 16, 2, 0, "2240x1260", CHROME, APPLE),
    "iphone-15": ("iphone", "iPhone", "iOS", "18_5", "safari", "18.5", "iPhone15,4", "Apple GPU", 6, 0, 3, 5, "393x852", SAFARI, APPLE),
    "iphone-13": ("iphone", "iPhone", "iOS", "18_4", "safari", "18.4", "iPhone14,5", "Apple GPU", 6, 0, 3, 5, "390x844", SAFARI, APPLE),
    "pixel-8": ("android", "Linux armv81", "Android", "15", "chrome", "148", "Pixel 8", "Mali-G715", 9, 8, 2.6, 5, "412x915", CHROME, LINUX),
    "galaxy-a54": ("android", "Linux armv81", "Android", "14", "chrome", "147", "SM-A546B", "Mali-G68", 8, 6, 2.6, 5, "412x892", CHROME, LINUX),
    "redmi-12": ("android", "Linux armv81", "Android", "13", "chrome", "146", "23053RN02A", "Mali-G52", 8, 4, 2.2, 5, "393x873", CHROME, LINUX),
}


def machine(spec):
    """'old-laptop' or 'old-laptop/de' (a variant: other fonts and canvas) with '#ID' for its cookie: event keys."""
    name, _, ident = spec.partition("#")
    model, _, variant = name.partition("/")
    ua, platform, os, os_version, browser, version, hw, gpu, cores, mem, dpr, touch, screen, ja4, tcp = MODELS[model]
    device = {"platform": platform, "os": os, "os_version": os_version, "browser": browser, "browser_version": version,
              "gpu": gpu, "canvas": short("canvas" + gpu + os_version + browser + version + variant),
              "audio": short("audio" + os + browser, 8), "fonts": short("fonts" + os + os_version + variant, 8),
              "cores": cores, "dpr": dpr, "touch": touch}
    if hw:
        device["model"] = hw
    if mem:
        device["mem"] = mem
    if ident:
        device["id"] = short("device" + ident, 16)
    text = UA[ua].replace("{v}", version).replace("{os}", os_version).replace("{model}", hw)
    return {"user_agent": text, "device": device, "screen": screen, "ja4": ja4, "tcp": tcp}
