// Whether the browser reads QR codes by itself. Some have the name of it alone: where its maker's services are missing.

export async function readsCodes() {
  const known = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
  return known?.includes("qr_code") ?? false;
}
