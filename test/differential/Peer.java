// The protocols of callback-codec on Java's JCE. Reads one task a line, prints one answer a line (tasks.mjs).
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.parsers.DocumentBuilderFactory;

public class Peer {
  static byte[] join(byte[]... parts) {
    var joined = new ByteArrayOutputStream();
    for (var part : parts) joined.writeBytes(part);
    return joined.toByteArray();
  }

  static byte[] hash(String algorithm, byte[]... parts) throws Exception {
    return MessageDigest.getInstance(algorithm).digest(join(parts));
  }

  static byte[] hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes).getBytes(UTF_8);
  }

  static byte[] aes(int mode, String padding, byte[] key, byte[] iv, byte[] bytes) throws Exception {
    var cipher = Cipher.getInstance("AES/CBC/" + padding);
    cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
    return cipher.doFinal(bytes);
  }

  // JCE pads to 16 only.
  static byte[] pad(byte[] plaintext, int block) {
    var count = block - plaintext.length % block;
    var padded = Arrays.copyOf(plaintext, plaintext.length + count);
    Arrays.fill(padded, plaintext.length, padded.length, (byte) count);
    return padded;
  }

  static byte[] unpad(byte[] padded) throws Exception {
    var count = padded[padded.length - 1];
    var plaintext = Arrays.copyOf(padded, padded.length - count);
    if (padded.length % 32 != 0 || !Arrays.equals(pad(plaintext, 32), padded)) throw new Exception("padding");
    return plaintext;
  }

  static byte[] answer(String task, byte[][] fields) throws Exception {
    switch (task) {
      case "feishu-encrypt": {
        var sealed = aes(Cipher.ENCRYPT_MODE, "PKCS5Padding", hash("SHA-256", fields[0]), fields[1], fields[2]);
        return Base64.getEncoder().encode(join(fields[1], sealed));
      }
      case "feishu-decrypt": {
        var sealed = Base64.getDecoder().decode(fields[1]);
        var iv = Arrays.copyOf(sealed, 16);
        var ciphertext = Arrays.copyOfRange(sealed, 16, sealed.length);
        return aes(Cipher.DECRYPT_MODE, "PKCS5Padding", hash("SHA-256", fields[0]), iv, ciphertext);
      }
      case "biz-encrypt": {
        var key = Base64.getDecoder().decode(join(fields[0], "=".getBytes(UTF_8)));
        var length = ByteBuffer.allocate(4).putInt(fields[2].length).array();
        var padded = pad(join(fields[1], length, fields[2], fields[3]), Integer.parseInt(new String(fields[4], UTF_8)));
        return Base64.getEncoder().encode(aes(Cipher.ENCRYPT_MODE, "NoPadding", key, Arrays.copyOf(key, 16), padded));
      }
      case "biz-decrypt": {
        var key = Base64.getDecoder().decode(join(fields[0], "=".getBytes(UTF_8)));
        var ciphertext = Base64.getDecoder().decode(fields[1]);
        var plaintext = unpad(aes(Cipher.DECRYPT_MODE, "NoPadding", key, Arrays.copyOf(key, 16), ciphertext));
        var end = 20 + ByteBuffer.wrap(plaintext, 16, 4).getInt();
        if (!Arrays.equals(Arrays.copyOfRange(plaintext, end, plaintext.length), fields[2])) throw new Exception("owner");
        return Arrays.copyOfRange(plaintext, 20, end);
      }
      case "biz-sign": {
        var parts = Arrays.stream(fields).map(field -> new String(field, UTF_8)).sorted().toArray(String[]::new);
        return hex(hash("SHA-1", String.join("", parts).getBytes(UTF_8)));
      }
      case "hmac": {
        // SecretKeySpec takes no empty key, and no peer is given one.
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(fields[0], "HmacSHA256"));
        return Base64.getEncoder().encode(mac.doFinal(fields[1]));
      }
      case "xml-read": {
        var root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(fields[0]));
        var name = new String(fields[1], UTF_8);
        return root.getDocumentElement().getElementsByTagName(name).item(0).getTextContent().getBytes(UTF_8);
      }
      case "sha1":
        return hex(hash("SHA-1", fields));
      default: // sha256
        return hex(hash("SHA-256", fields));
    }
  }

  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    var out = new PrintStream(System.out, false, UTF_8);
    out.println(
        "JCE " + Cipher.getInstance("AES/CBC/NoPadding").getProvider() + ", Java " + System.getProperty("java.version"));
    out.flush();
    for (String line; (line = in.readLine()) != null; ) {
      var words = line.split(" ");
      var fields = new byte[words.length - 1][];
      for (var i = 1; i < words.length; i++) fields[i - 1] = Base64.getDecoder().decode(words[i].substring(1));
      try {
        out.println("=" + Base64.getEncoder().encodeToString(answer(words[0], fields)));
      } catch (Exception error) {
        out.println("!" + error.getClass().getSimpleName());
      }
    }
    out.flush();
  }
}
