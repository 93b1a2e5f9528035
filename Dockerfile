# The image of `tarn`, in two stages: the Swift toolchain builds it, plain Debian runs it.
FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpq-dev libssl-dev libjpeg62-turbo-dev libdeflate-dev zlib1g-dev libargon2-dev libcurl4-openssl-dev \
        libopenjp2-7-dev libopenjph-dev libjxl-dev libstdc++-12-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product tarn --static-swift-stdlib

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates curl libpq5 libssl3 libjpeg62-turbo libdeflate0 zlib1g libargon2-1 libcurl4 libopenjp2-7 libopenjph0.9 libjxl0.7 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/tarn --create-home tarn \
    && install -d -o tarn -g tarn -m 0700 /etc/tarn
COPY --from=build /src/.build/release/tarn /usr/local/bin/tarn
COPY Web /usr/local/share/tarn/Web
COPY Migrations /usr/local/share/tarn/Migrations
COPY Docs/API /usr/local/share/tarn/Docs/API
COPY Docs/Guides /usr/local/share/tarn/Docs/Guides
ENV TARN_HOME=/usr/local/share/tarn \
    TARN_MASTER_KEY_FILE=/etc/tarn/master.key
USER tarn
VOLUME ["/var/lib/tarn", "/etc/tarn"]
EXPOSE 8080
HEALTHCHECK --interval=10s --start-period=30s CMD curl -fsS http://127.0.0.1:8080/readyz || exit 1
ENTRYPOINT ["tarn"]
CMD ["serve", "--data", "/var/lib/tarn", "--listen", "0.0.0.0:8080", "--insecure"]
