// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          s3a://AKIA:HIDDEN@bucket/x            | s3a://***@bucket/x
          s3a://AKIA:HID/DEN+a=@bucket/x@y      | s3a://***@bucket/x@y
          ftp://me:HID@DEN@host:21/x            | ftp://***@host:21/x
          graph:sftp://me@firm:HIDDEN@host/g.zip| graph:sftp://***@host/g.zip
          a://k:HIDDEN@b/1,a://l:HIDDEN@b/2     | a://***@b/1,a://***@b/2
          --set input.x="s3a://K:HIDDEN@b" bad  | --set input.x="s3a://***@b" bad
          https://h/a?sig=HIDDEN%2F&sv=1        | https://h/a?sig=***&sv=1
          https://h/a?X-Amz-Signature=HIDDEN    | https://h/a?X-Amz-Signature=***
          https://h/a?X-Amz-Security-Token=HIDDEN&b=2 | https://h/a?X-Amz-Security-Token=***&b=2
          https://h/a?AWSAccessKeyId=HIDDEN     | https://h/a?AWSAccessKeyId=***
          fs.s3a.secret.key = HIDDEN            | fs.s3a.secret.key = ***
          fs.azure.account.key.me.net=HIDDEN==  | fs.azure.account.key.me.net=***
          password="HIDDEN one",next=2          | password=***,next=2
          [apiKey=HIDDEN, other=1]              | [apiKey=***, other=1]
          """)
  void aCredentialIsMaskedAndTheRestStays(String text, String masked) {
    assertThat(Secrets.masked(text)).isEqualTo(masked).doesNotContain("HID", "DEN");
    assertThat(Secrets.masked(masked)).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hdfs://host:8020/a/b@c",
        "hdfs://[::1]:8020/a@b",
        "http://host:8080?mail=a@b",
        "spark://HOST:7077",
        "abfss://container@account.dfs.core.windows.net/pairs",
        "ftp://me@host/x",
        "s3a://lake/pairs/dt=2026-11-23/*.tar",
        "file:/tmp/a:b@c",
        "text.maxTokens = 32",
        "tokenizer=plain",
        "model.y.encoder=token-bag",
        "input.key=id",
        "input.x=a: b",
        "a caption that speaks of a secret, a password and a token"
      })
  void whatIsNoCredentialStays(String text) {
    assertThat(Secrets.masked(text)).isEqualTo(text);
  }
}
